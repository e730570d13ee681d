/**
 * Proves that decorators trace what tracing by hand does: both traces of one scenario are compared
 * point by point.
 */
import { OwllmError } from "../core/mod.ts";
import type { SessionTrace } from "./events.ts";
import { type DifferenceKind, Differences, type TraceDifference } from "./parity/differences.ts";
import { type Pair, type Pairing, pairRecords, recordsOf } from "./parity/pairs.ts";
import {
  compareContent,
  compareMoments,
  nameOf,
  type RecordRules,
  stepName,
} from "./parity/records.ts";

export type { DifferenceKind, TraceDifference } from "./parity/differences.ts";

/** What two traces may differ in. */
export interface ParityOptions {
  /** How far a record's time and latency may be off, in milliseconds; 50 when left out. */
  readonly toleranceMs?: number;
  /** How much longer a decorated run may take, in milliseconds for each record; 5 when left out. */
  readonly costPerRecordMs?: number;
  /** Names of metadata that are not compared. */
  readonly ignoreMetadata?: readonly string[];
  /** Kinds of differences that do not count. */
  readonly ignore?: readonly DifferenceKind[];
}

const DEFAULT_TOLERANCE_MS = 50;
const DEFAULT_COST_MS = 5;

/** More sentences than these do not help whoever reads them. */
const MAX_SENTENCES = 20;

/**
 * All differences between the trace of a scenario that was made by hand and the one that
 * decorators made: steps and turns, events and messages that are lost, doubled, out of order or
 * under another parent, times beyond the tolerance, states, message contents, metadata (the decorated trace may have
 * more), errors, the fields of each event type, and what tracing cost.
 *
 * @example
 * ```ts
 * for (const { kind, message } of compareTraces(manual, decorated, { toleranceMs: 20 })) {
 *   log(kind, message);
 * }
 * ```
 */
export function compareTraces(
  manual: SessionTrace,
  decorated: SessionTrace,
  options: ParityOptions = {},
): TraceDifference[] {
  const rules: RecordRules = {
    toleranceMs: options.toleranceMs ?? DEFAULT_TOLERANCE_MS,
    ignoreMetadata: new Set(options.ignoreMetadata),
  };
  const to = new Differences();
  compareSessions(manual, decorated, to);
  compareSteps(manual, decorated, to);
  const traces = { manual, decorated };
  const pairing = pairRecords(
    recordsOf(manual),
    recordsOf(decorated),
    (one, other) => isSame({ manual: one, decorated: other }, rules),
  );
  for (const pair of pairing.pairs) {
    compareContent(pair, nameOf(pair.manual, manual), to, rules);
    if (inOneStep(pair)) compareMoments(pair, traces, nameOf(pair.manual, manual), to, rules);
  }
  reportMoved(pairing.pairs.filter((pair) => !inOneStep(pair)), traces, to);
  reportUnpaired(pairing, traces, to, rules);
  reportOrder(pairing.pairs, manual, to);
  reportParents(pairing.pairs, manual, to);
  compareCost(traces, to, options.costPerRecordMs ?? DEFAULT_COST_MS);
  return to.found.filter(({ kind }) => !options.ignore?.includes(kind));
}

/**
 * Throws unless two traces of one scenario are equivalent; see {@linkcode compareTraces}.
 *
 * @throws {@linkcode OwllmError} `failed`, with a sentence for each difference
 * @example
 * ```ts
 * const manual = await traceByHand(scenario);
 * const decorated = await traceByDecorators(scenario);
 * assertTraceEquivalence(manual, decorated, { toleranceMs: 100 });
 * ```
 */
export function assertTraceEquivalence(
  manual: SessionTrace,
  decorated: SessionTrace,
  options: ParityOptions = {},
): void {
  const found = compareTraces(manual, decorated, options);
  if (found.length === 0) return;
  const sentences = found.slice(0, MAX_SENTENCES).map(({ kind, message }) =>
    `- ${kind}: ${message}`
  );
  const more = found.length - sentences.length;
  if (more > 0) sentences.push(`- and ${more} more`);
  throw new OwllmError({
    code: "failed",
    message: `The decorated trace differs from the manual one:\n${sentences.join("\n")}`,
    context: { differences: found.length },
    recoverySuggestion: "Compare the options of the decorators with what is traced by hand",
  });
}

interface Traces {
  readonly manual: SessionTrace;
  readonly decorated: SessionTrace;
}

function compareSessions(manual: SessionTrace, decorated: SessionTrace, to: Differences): void {
  to.compare("session", "the session", "status", manual.status, decorated.status);
  to.compare("session", "the session", "kind", manual.kind, decorated.kind);
  to.compare("session", "the session", "list of tags", manual.tags, decorated.tags);
  to.compare("metadata", "the session", "metadata", manual.metadata, decorated.metadata, true);
  const errorOf = ({ error }: SessionTrace) => error === null ? null : { ...error };
  to.compare("error", "the session", "error", errorOf(manual), errorOf(decorated));
}

function compareSteps(manual: SessionTrace, decorated: SessionTrace, to: Differences): void {
  const counts = [manual.time_steps.length, decorated.time_steps.length] as const;
  if (counts[0] !== counts[1]) {
    to.compare("turn", "the session", "number of steps", ...counts);
  }
  for (const [index, step] of manual.time_steps.entries()) {
    const other = decorated.time_steps[index];
    if (other === undefined) continue;
    const where = `step ${index}`;
    to.compare("turn", where, "step id", step.step_id, other.step_id);
    to.compare("turn", where, "turn", step.turn_number, other.turn_number);
    const ended = [step.completed_at !== null, other.completed_at !== null] as const;
    if (ended[0] && !ended[1]) to.add("turn", where, "was never ended in the decorated trace");
    to.compare("metadata", where, "metadata", step.metadata, other.metadata, true);
  }
}

function isSame(pair: Pair, rules: RecordRules): boolean {
  const alone = new Differences();
  compareContent(pair, "", alone, rules);
  return alone.found.length === 0;
}

function inOneStep({ manual, decorated }: Pair): boolean {
  return manual.record.step_index === decorated.record.step_index;
}

/** One sentence for all of them: where a step is missing, everything in it has moved. */
function reportMoved(moved: readonly Pair[], traces: Traces, to: Differences): void {
  const [first] = moved;
  if (first === undefined) return;
  const now = stepName(traces.decorated, first.decorated.record.step_index);
  const more = moved.length === 1
    ? ""
    : `, and ${moved.length - 1} more records are in other steps`;
  to.add("turn", nameOf(first.manual, traces.manual), `is ${now} in the decorated trace${more}`);
}

function reportUnpaired(
  { lost, extra, pairs }: Pairing,
  traces: Traces,
  to: Differences,
  rules: RecordRules,
): void {
  for (const record of lost) {
    to.add(record.kind, nameOf(record, traces.manual), "is missing in the decorated trace");
  }
  for (const record of extra) {
    const again = pairs.some(({ manual }) => {
      if (manual.key !== record.key || manual.record.step_index !== record.record.step_index) {
        return false;
      }
      return isSame({ manual, decorated: record }, rules);
    });
    const sentence = again
      ? "is recorded twice in the decorated trace"
      : "of the decorated trace has no equivalent in the manual one";
    to.add(record.kind, nameOf(record, traces.decorated), sentence);
  }
}

/** Each record should come after the one that is before it in the manual trace. */
function reportOrder(pairs: readonly Pair[], manual: SessionTrace, to: Differences): void {
  for (const [index, pair] of pairs.entries()) {
    const before = pairs[index - 1];
    if (before === undefined || before.decorated.record.seq < pair.decorated.record.seq) continue;
    const earlier = nameOf(before.manual, manual);
    to.add("order", nameOf(pair.manual, manual), `comes before ${earlier} in the decorated trace`);
  }
}

/** A child of an event should be the child of its equivalent; by hand not all have parents. */
function reportParents(pairs: readonly Pair[], manual: SessionTrace, to: Differences): void {
  const spans = new Map<string, Pair & { readonly expected: string }>();
  for (const pair of pairs) {
    if (pair.manual.kind !== "event" || pair.decorated.kind !== "event") continue;
    spans.set(pair.manual.record.span_id, { ...pair, expected: pair.decorated.record.span_id });
  }
  for (const { manual: child, decorated } of pairs) {
    if (child.kind !== "event" || decorated.kind !== "event") continue;
    const parent = spans.get(child.record.parent_span_id ?? "");
    if (parent === undefined || parent.expected === decorated.record.parent_span_id) continue;
    const name = nameOf(parent.manual, manual);
    to.add("parent", nameOf(child, manual), `is no child of ${name} in the decorated trace`);
  }
}

function compareCost({ manual, decorated }: Traces, to: Differences, allowedMs: number): void {
  if (manual.ended_at === null || decorated.ended_at === null) return;
  const took = (trace: SessionTrace) => 1000 * ((trace.ended_at ?? 0) - trace.created_at);
  const more = took(decorated) - took(manual);
  const records = decorated.event_history.length + decorated.message_history.length;
  const each = more / Math.max(1, records);
  if (each <= allowedMs) return;
  const sentence = `took ${Math.round(more)} ms longer with decorators: ${each.toFixed(1)} ms a ` +
    `record, and ${allowedMs} ms are allowed`;
  to.add("cost", "the session", sentence);
}
