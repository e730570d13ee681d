import type { TraceSessionRecord, TracesTable, TraceStepRecord } from "../../state/mod.ts";
import type { JsonObject, TraceError } from "../events.ts";
import { clipEntries } from "./clip.ts";
import { createItemReader, type TraceItem } from "./items.ts";

/** An event, message or span with those that happened inside of it. */
export interface OutlineItem extends TraceItem {
  readonly children: readonly OutlineItem[];
}

/** A step with what happened in it. */
export interface OutlineStep {
  readonly step_index: number;
  readonly step_id: string;
  readonly turn_number: number;
  /** Seconds since 1970, UTC. */
  readonly started_at: number;
  /** Null while it is open, and for ever where the trace was cut. */
  readonly duration_ms: number | null;
  readonly metadata: JsonObject;
  readonly items: readonly OutlineItem[];
}

/** A part of a session: a step, or something outside of steps. */
export type OutlinePart =
  | { readonly step: OutlineStep; readonly item?: never }
  | { readonly item: OutlineItem; readonly step?: never };

/** A session as `owllm trace show` prints it. */
export interface TraceOutline {
  readonly record: TraceSessionRecord;
  /** The error that ended the session. */
  readonly error: TraceError | null;
  /** In the order in which it happened. */
  readonly parts: readonly OutlinePart[];
}

/** What {@linkcode outlineOf} takes. */
export interface OutlineOptions {
  /** Only this step, by its index. */
  readonly step?: number | undefined;
  /** Of each text at most so many characters; all when left out. */
  readonly characters?: number | undefined;
}

/** A session as a tree; long texts are cut, so that a huge one costs little. */
export function outlineOf(
  traces: TracesTable,
  record: TraceSessionRecord,
  { step, characters }: OutlineOptions = {},
): TraceOutline {
  const clipped = clipEntries(traces, traces.entries(record.id), characters);
  const read = createItemReader(clipped);
  const items = nest(clipped.entries.map(({ entry, value }) => read(entry, value)));
  const parts = partsOf(traces.steps(record.id), items);
  return {
    record,
    error: record.error as TraceError | null,
    parts: step === undefined ? parts : parts.filter((part) => part.step?.step_index === step),
  };
}

type Growing = TraceItem & { readonly children: Growing[] };

/** Puts each item, which is changed, under the one that was around it, as long as both are in the same step. */
function nest(flat: readonly TraceItem[]): OutlineItem[] {
  const items = flat.map((item): Growing => Object.assign(item, { children: [] }));
  const bySpan = new Map(
    items.flatMap((item) => item.span_id === null ? [] : [[item.span_id, item]]),
  );
  const parentOf = (item: Growing) => {
    const parent = item.parent_span_id === null ? undefined : bySpan.get(item.parent_span_id);
    const here = item.step_index === null || item.step_index === parent?.step_index;
    return here ? parent : undefined;
  };
  return items.filter((item) => {
    const parent = parentOf(item);
    if (parent === undefined || isAround(item, parent, parentOf)) return true;
    parent.children.push(item);
    return false;
  });
}

/** Spans of others may name each other as their parents; such a ring would hang on nothing. */
function isAround(
  item: Growing,
  parent: Growing,
  parentOf: (item: Growing) => Growing | undefined,
): boolean {
  const seen = new Set<Growing>();
  for (let up: Growing | undefined = parent; up !== undefined; up = parentOf(up)) {
    if (up === item) return true;
    if (seen.has(up)) return false;
    seen.add(up);
  }
  return false;
}

/** Steps and what is outside of them, in the order of writing; a step stands where it began. */
function partsOf(
  steps: readonly TraceStepRecord[],
  items: readonly OutlineItem[],
): OutlinePart[] {
  const inStep = Map.groupBy(items, (item) => item.step_index);
  const known = new Set(steps.map(({ stepIndex }) => stepIndex));
  const placed: { readonly at: number; readonly part: OutlinePart }[] = [];
  let last = 0;
  for (const step of steps) {
    const own = inStep.get(step.stepIndex) ?? [];
    last = own[0]?.entry_id ?? last;
    placed.push({ at: last, part: { step: stepOf(step, own) } });
  }
  for (const item of items) {
    if (item.step_index === null || !known.has(item.step_index)) {
      placed.push({ at: item.entry_id, part: { item } });
    }
  }
  return placed.sort((a, b) => a.at - b.at).map(({ part }) => part);
}

function stepOf(step: TraceStepRecord, items: readonly OutlineItem[]): OutlineStep {
  return {
    step_index: step.stepIndex,
    step_id: step.stepId,
    turn_number: step.turn,
    started_at: step.startUs / 1e6,
    duration_ms: step.endUs === null ? null : (step.endUs - step.startUs) / 1000,
    metadata: step.metadata as JsonObject,
    items,
  };
}
