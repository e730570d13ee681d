/** How fast the policy judges, with the files of a real repository on disk. */
import { parse } from "unbash";
import { parseCorpus } from "../../lib/cli/policy_corpus.ts";
import { decide, type PolicyContext } from "../../lib/policy/mod.ts";
import { hostFiles } from "../../lib/sandbox/mod.ts";
import type { Figure } from "./main.ts";
import { inTurn, median } from "./median.ts";

const CORPUS = new URL("../policy/corpus/everyday.tsv", import.meta.url);

/** Length of the commands whose slowest are measured, in characters. */
const LENGTH = 200;
const ROUNDS = 20;

/** Decisions per second over everyday commands, and how long the slowest hundredth of long ones take. */
export async function policyFigures(): Promise<Figure[]> {
  const everyday = parseCorpus(await Deno.readTextFile(CORPUS), "everyday.tsv")
    .map(({ command }) => command);
  const long = joined(everyday.filter((command) => !/\n|<<|#/.test(command)));
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    const context = await repositoryIn(dir);
    const timesOf = (text: string, rounds: number) =>
      Array.from({ length: rounds }, () => {
        const start = performance.now();
        decide(text, context);
        return performance.now() - start;
      });
    for (const text of long) timesOf(text, 3);
    // The median of each command: what the neighbours of this machine do is no part of the figure.
    const times = long.map((text) => median(timesOf(text, ROUNDS)));
    const all = (judge: (text: string) => unknown) => () => {
      for (const text of everyday) judge(text);
      return Promise.resolve();
    };
    const { a, b } = await inTurn(ROUNDS, all((text) => decide(text, context)), all(parse));
    const perSecond = (ms: number) => everyday.length / (ms / 1000);
    return [{
      name: "everyday commands judged",
      unit: "/s",
      value: perSecond(a),
      aim: 5000,
      reference: { name: "only parsed", value: perSecond(b) },
    }, {
      name: `a command of ${LENGTH} characters judged, p99`,
      unit: "ms",
      value: times.toSorted((x, y) => x - y)[Math.floor(times.length * 0.99)] ?? Number.NaN,
      aim: 2,
    }];
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Commands joined into lists of at least {@linkcode LENGTH} characters. */
function joined(commands: readonly string[]): string[] {
  const lists: string[] = [];
  let list = "";
  for (const command of commands) {
    list = list === "" ? command : `${list} && ${command}`;
    if (list.length < LENGTH) continue;
    lists.push(list);
    list = "";
  }
  return lists;
}

async function repositoryIn(dir: string): Promise<PolicyContext> {
  for (const name of [".git/hooks", "src", "tests", "docs", "data"]) {
    await Deno.mkdir(`${dir}/${name}`, { recursive: true });
  }
  for (const name of ["README.md", "package.json", ".git/config", "src/main.ts", "data/a.txt"]) {
    await Deno.writeTextFile(`${dir}/${name}`, "");
  }
  return { cwd: dir, repository: dir, home: "/home/user", files: hostFiles() };
}
