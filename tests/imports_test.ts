/** Walks the imports of `lib/` and refuses a wrong arrow, a side door or a cycle. */
import assert from "node:assert/strict";
import { walkSources } from "./support/sources.ts";

/** Rooms by layer: a room may import rooms of lower layers only. */
const LAYERS: readonly (readonly string[])[] = [
  ["core"],
  ["policy", "sandbox", "state", "trace", "config"],
  ["tools", "models", "environments"],
  ["agent", "smoke", "envs", "servers", "build"],
  ["cli"],
];

/** Arrows inside a layer or past a rule, each with its reason. */
const EXTRA_ARROWS: ReadonlySet<string> = new Set([
  // Traces are kept in the one file, which only `state` opens.
  "trace -> state",
  // An OTLP endpoint is judged by the rule for all hosts.
  "trace -> config",
]);

/** Rooms that see less than their layer would let them. */
const ONLY: Readonly<Record<string, readonly string[]>> = { policy: ["core"] };

const IMPORT =
  /(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|^import\s+["']([^"']+)["']/gm;

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** The relative imports of a file, as paths from the root of the repository. */
function importsOf(path: string, text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(IMPORT)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? "")
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => new URL(specifier, `file:///${path}`).pathname.slice(1));
}

/** Why an arrow between two files of `lib/` is wrong; undefined when it is fine. */
export function wrongArrow({ from, to }: Arrow): string | undefined {
  const source = from.split("/")[1] ?? "";
  const target = to.split("/")[1] ?? "";
  if (!to.startsWith("lib/") || source === target) return undefined;
  if (!to.endsWith("/mod.ts")) return `${from} imports ${to} and not lib/${target}/mod.ts`;
  const layer = (room: string) => LAYERS.findIndex((rooms) => rooms.includes(room));
  if (layer(source) < 0) return `${from} is in a room without a layer: "${source}"`;
  if (EXTRA_ARROWS.has(`${source} -> ${target}`)) return undefined;
  const allowed = ONLY[source]?.includes(target) ?? layer(target) < layer(source);
  return allowed ? undefined : `${from} (${source}) must not import ${target}`;
}

/** The first cycle found, as a list of files; undefined when there is none. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

Deno.test("wrongArrow() refuses upward arrows, siblings and side doors", () => {
  const refused: Arrow[] = [
    { from: "lib/core/error.ts", to: "lib/state/mod.ts" },
    { from: "lib/models/mod.ts", to: "lib/smoke/mod.ts" },
    { from: "lib/policy/mod.ts", to: "lib/config/mod.ts" },
    { from: "lib/smoke/runner.ts", to: "lib/models/provider.ts" },
    { from: "lib/attic/mod.ts", to: "lib/core/mod.ts" },
  ];
  for (const arrow of refused) assert.notEqual(wrongArrow(arrow), undefined, JSON.stringify(arrow));
  assert.equal(wrongArrow({ from: "lib/smoke/runner.ts", to: "lib/models/mod.ts" }), undefined);
  assert.equal(wrongArrow({ from: "lib/smoke/runner.ts", to: "lib/smoke/probe.ts" }), undefined);
});

Deno.test("findCycle() finds a cycle of three files", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]);
  assert.deepEqual(findCycle(graph), ["b", "c", "b"]);
});

Deno.test("lib/ has no wrong arrow and no cycle", async () => {
  const graph = new Map<string, string[]>();
  const wrong: string[] = [];
  for await (const { path, text } of walkSources("lib")) {
    const targets = importsOf(path, text);
    graph.set(path, targets);
    wrong.push(...targets.flatMap((to) => wrongArrow({ from: path, to }) ?? []));
  }
  assert.ok(graph.size > 10, "the walk found no sources");
  assert.deepEqual(wrong, []);
  assert.equal(findCycle(graph), undefined);
});
