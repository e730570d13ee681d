/**
 * `deno task bench`: speed and memory beside a reference that runs in the same minute, and beside
 * the baseline file. `deno task bench --write` makes today's figures the baseline.
 */
import { callFigures, probeFigures } from "./calls.ts";
import { decoratorFigures } from "./decorators.ts";
import { policyFigures } from "./judgements.ts";
import { pageFigures } from "./pages.ts";
import { sandboxFigures } from "./sandbox.ts";
import { spanFigures } from "./spans.ts";
import { startFigures } from "./starts.ts";
import { toolFigures } from "./tools.ts";
import { traceFigures } from "./traces.ts";
import { stateFigures } from "./writes.ts";

/** One measured figure: the median of several runs. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** What it is held against, measured in turn with it. */
  readonly reference?: { readonly name: string; readonly value: number };
  /** What it should stay under (or over, for rates). */
  readonly aim?: number;
}

const BASELINE = new URL("./baseline.json", import.meta.url);

type Baseline = Readonly<Record<string, { readonly value: number; readonly unit: string }>>;

async function readBaseline(): Promise<Baseline> {
  try {
    return JSON.parse(await Deno.readTextFile(BASELINE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

function row(figure: Figure, baseline: Baseline): string[] {
  const { name, unit, value, reference, aim } = figure;
  const before = baseline[name]?.value;
  return [
    name,
    `${shown(value)} ${unit}`,
    aim === undefined ? "" : `${shown(aim)}`,
    before === undefined ? "new" : `${shown(before)} (x${(value / before).toFixed(2)})`,
    reference === undefined
      ? ""
      : `${shown(reference.value)} ${reference.name} (x${(value / reference.value).toFixed(2)})`,
  ];
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0))) ??
    [];
  for (const cells of rows) {
    const line = cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd();
    Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  }
}

const figures = [
  ...await startFigures(),
  ...await callFigures(),
  ...await probeFigures(),
  ...await stateFigures(),
  ...await policyFigures(),
  ...await traceFigures(),
  ...await spanFigures(),
  ...await pageFigures(),
  ...await decoratorFigures(),
  ...await sandboxFigures(),
  ...await toolFigures(),
];
const baseline = await readBaseline();
const head = ["figure", "now", "aim", "baseline", "reference"];
print([head, ...figures.map((figure) => row(figure, baseline))]);
if (Deno.args.includes("--write")) {
  const today = Object.fromEntries(
    figures.map(({ name, value, unit }) => [name, { value: Math.round(value * 100) / 100, unit }]),
  );
  await Deno.writeTextFile(BASELINE, `${JSON.stringify(today, null, 2)}\n`);
}
