/** Spans stored by a program of its own, beside OpenTelemetry's SDK that keeps nothing. */
import { ROOT } from "../support/sources.ts";
import type { Figure } from "./main.ts";
import { median } from "./median.ts";

const RUNS = 5;

/** The ways of `span_writer.ts` that store something. */
const WAYS = {
  otel: "spans of OpenTelemetry stored",
  outbox: "the same, waiting for an endpoint",
  tracer: "events of the tracer stored",
} as const;

interface Measured {
  readonly rate: number;
  readonly peakMb: number;
}

/** 20,000 spans each, all ways in turn, so that all see the same machine. */
export async function spanFigures(): Promise<Figure[]> {
  const ways = Object.keys(WAYS) as (keyof typeof WAYS)[];
  const runs = new Map<string, Measured[]>(["sdk", ...ways].map((way) => [way, []]));
  for (let i = 0; i < RUNS; i++) {
    for (const [way, measured] of runs) measured.push(await write(way));
  }
  const middle = (way: string, of: (run: Measured) => number) =>
    median((runs.get(way) ?? []).map(of));
  const reference = { name: "SDK alone", value: middle("sdk", ({ rate }) => rate) };
  return ways.flatMap((way): Figure[] => [
    { name: WAYS[way], unit: "/s", value: middle(way, ({ rate }) => rate), aim: 20_000, reference },
    {
      name: `peak memory, ${WAYS[way]}`,
      unit: "MB",
      value: middle(way, ({ peakMb }) => peakMb),
      aim: 200,
      reference: { name: "SDK alone", value: middle("sdk", ({ peakMb }) => peakMb) },
    },
  ]);
}

async function write(how: string): Promise<Measured> {
  const script = new URL("tests/bench/span_writer.ts", ROOT).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, how],
    stderr: "inherit",
  });
  return JSON.parse(new TextDecoder().decode((await command.output()).stdout));
}
