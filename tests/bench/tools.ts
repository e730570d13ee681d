/** The tools in process: what owllm adds to a read, and a search beside ripgrep. */
import { createCallDesk } from "../../lib/servers/mod.ts";
import { findProgram } from "../support/find_program.ts";
import { withToolbox } from "../support/toolbox.ts";
import type { Figure } from "./main.ts";
import { inTurn } from "./median.ts";

const READS = 300;
const FILES = 100_000;
const SEARCHES = 5;

/** A word that four of the files have. */
const NEEDLE = "needle";

/** Own time of a call, and of a search over many files; the latter is empty without ripgrep. */
export async function toolFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  await withToolbox({}, async ({ toolbox, repository }) => {
    const desk = createCallDesk(toolbox, "bench");
    const { signal } = new AbortController();
    const call = (tool: string, args: Record<string, unknown>) => async () => {
      const answer = await desk.call({ tool, args, id: "1" }, signal);
      if (answer.kind !== "result") throw new Error(JSON.stringify(answer));
    };
    const read = call("read_file", { path: "README.md" });
    const bare = () => Deno.readTextFile(`${repository}/README.md`);
    await inTurn(20, read, bare);
    const { a, b } = await inTurn(READS, read, bare);
    figures.push({
      name: "our part of read_file",
      unit: "ms",
      value: a - b,
      aim: 1,
      reference: { name: "bare read", value: b },
    });
    const rg = findProgram("rg", "no rg to hold a search against (start: apt-get install ripgrep)");
    if (!rg.there) {
      Deno.stderr.writeSync(new TextEncoder().encode(`skipped search: ${rg.reason}\n`));
      return;
    }
    await writeFiles(repository);
    const search = call("search", { pattern: `${NEEDLE}\\d+` });
    const ripgrep = () =>
      new Deno.Command(rg.part, { args: ["-n", `${NEEDLE}\\d+`, repository] }).output();
    const found = new TextDecoder().decode((await ripgrep()).stdout).trim().split("\n").length;
    if (found !== 4) throw new Error(`rg found ${found} lines and not 4`);
    const times = await inTurn(SEARCHES, search, ripgrep);
    figures.push({
      name: "search of 100,000 files",
      unit: "ms",
      value: times.a,
      aim: 5 * times.b,
      reference: { name: "rg", value: times.b },
    });
  });
  return figures;
}

async function writeFiles(repository: string): Promise<void> {
  const filler = "a line of a file that is searched\n".repeat(20);
  for (let i = 0; i < FILES; i++) {
    const folder = `${repository}/d${i % 400}`;
    if (i < 400) await Deno.mkdir(folder);
    const line = i % (FILES / 4) === 0 ? `${NEEDLE}${i}\n` : "";
    await Deno.writeTextFile(`${folder}/f${i}.txt`, filler + line);
  }
}
