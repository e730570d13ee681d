/** Reading a file of a million traced events, and committing a step. */
import { systemClock } from "../../lib/core/mod.ts";
import type { TracesTable } from "../../lib/state/mod.ts";
import {
  createTraceStore,
  diffTraces,
  outlineOf,
  searchEvents,
  SessionTracer,
} from "../../lib/trace/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { openTestState } from "../support/state.ts";
import type { Figure } from "./main.ts";
import { median, timed } from "./median.ts";
import { LONG_SESSION, openMillion } from "./trace_file.ts";

const RUNS = 15;
const STEPS = 500;

const SEARCHES = {
  "a word that all have": "common",
  "a word that four have": "needle",
  "both words": "common needle",
  "a phrase of frequent words": '"w1 w2"',
  "a word in one session": "common",
} as const;

/** Searches, `show` and `diff` over a million events, and steps committed one by one. */
export async function traceFigures(): Promise<Figure[]> {
  using state = await openMillion();
  return [
    ...searchFigures(state.traces),
    ...await showFigures(state.traces, state.path),
    await stepFigure(),
  ];
}

function searchFigures(traces: TracesTable): Figure[] {
  return Object.entries(SEARCHES).map(([name, words]) => {
    const sessionId = name.endsWith("one session") ? LONG_SESSION : undefined;
    const value = median(Array.from({ length: RUNS }, () => {
      const start = performance.now();
      searchEvents(traces, words, { limit: 20, width: 160, sessionId });
      return performance.now() - start;
    }));
    return { name: `search of 1M events, ${name}`, unit: "ms", value, aim: 10 };
  });
}

async function showFigures(traces: TracesTable, path: string): Promise<Figure[]> {
  const [long, other] = [LONG_SESSION, "session_1"].map((id) => {
    const record = traces.get(id);
    if (record === undefined) throw new Error(`The bench file has no session "${id}"`);
    return record;
  });
  if (long === undefined || other === undefined) return [];
  const each = async (runs: number, work: () => unknown) => {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) times.push(await timed(async () => void await work()));
    return median(times);
  };
  const command = () => runOwllm(["trace", "show", LONG_SESSION, "--trace-db", path]);
  const outline = await each(RUNS, () => outlineOf(traces, long, { characters: 400 }));
  const diff = await each(5, () => diffTraces(traces, long, other));
  const whole = await each(7, command);
  return [
    { name: "show of 5,000 events, the query", unit: "ms", value: outline, aim: 300 },
    { name: "show of 5,000 events, the command", unit: "ms", value: whole, aim: 500 },
    { name: "diff of 5,000 with 2,500 events, no two the same", unit: "ms", value: diff },
  ];
}

/** One step with a model call's event, from its start to its commit. */
async function stepFigure(): Promise<Figure> {
  const dir = await Deno.makeTempDir();
  try {
    using state = await openTestState(`${dir}/state`);
    using store = createTraceStore({ traces: state.traces, clock: systemClock });
    const tracer = new SessionTracer({ sink: store });
    tracer.startSession();
    const times = Array.from({ length: STEPS }, (_, step) => {
      const start = performance.now();
      tracer.startTimestep();
      tracer.addMessage({ message_type: "user", content: `What is in file ${step}?` });
      tracer.recordEvent({
        event_type: "runtime",
        system_instance_id: "tool:read_file",
        tool: { name: "read_file", arguments_json: "{}", call_id: null, result: `text ${step}` },
      });
      tracer.endTimestep();
      return performance.now() - start;
    });
    return { name: "a traced step, committed", unit: "ms", value: median(times), aim: 2 };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
