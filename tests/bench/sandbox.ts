/** The sandbox on a real daemon: its start, and one command beside the same command without it. */
import { realDocker } from "../support/real_parts.ts";
import { never, shell, testExecutor, withSandbox } from "../support/sandbox.ts";
import type { Figure } from "./main.ts";
import { inTurn, median, timed } from "./median.ts";

const STARTS = 7;
const RUNS = 25;

/** Empty without a daemon. */
export async function sandboxFigures(): Promise<Figure[]> {
  const docker = await realDocker();
  if (!docker.there) {
    Deno.stderr.writeSync(new TextEncoder().encode(`skipped sandbox: ${docker.reason}\n`));
    return [];
  }
  const figures: Figure[] = [];
  const dir = await Deno.makeTempDir();
  const repository = await scratchRepository(dir);
  const starts: number[] = [];
  const copies: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const executor = await testExecutor(docker.part, `${dir}/state`);
    starts.push(await timed(() => executor.start(never)));
    copies.push(await timed(() => executor.copyIn(repository, never)));
    await executor.close();
  }
  figures.push({ name: "start of a sandbox", unit: "ms", value: median(starts), aim: 1000 });
  figures.push({ name: "copy of 500 files into it", unit: "ms", value: median(copies), aim: 1000 });
  await withSandbox(docker.part, async ({ executor }) => {
    const plain = () => new Deno.Command("bash", { args: ["-c", "true"] }).output();
    const { a, b } = await inTurn(RUNS, () => executor.run(shell("true"), never), plain);
    figures.push({
      name: "a command in a sandbox, over plain",
      unit: "ms",
      value: a - b,
      aim: 100,
      reference: { name: "plain bash", value: b },
    });
  });
  await Deno.remove(dir, { recursive: true });
  return figures;
}

async function scratchRepository(dir: string): Promise<string> {
  const repository = `${dir}/repository`;
  for (let i = 0; i < 500; i++) {
    const folder = `${repository}/d${i % 20}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/f${i}.txt`, `line of file ${i}\n`.repeat(200));
  }
  return repository;
}
