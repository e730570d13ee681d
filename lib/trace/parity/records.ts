import type { Json, LlmCallRecord, SessionTrace, TraceEvent } from "../events.ts";
import { Differences } from "./differences.ts";
import type { Pair, TraceRecord } from "./pairs.ts";
import { sharedObject } from "./values.ts";

/** What a comparison of records must know. */
export interface RecordRules {
  /** Milliseconds. */
  readonly toleranceMs: number;
  readonly ignoreMetadata: ReadonlySet<string>;
}

/** A record as sentences name it. */
export function nameOf({ kind, record, key }: TraceRecord, trace: SessionTrace): string {
  return `${kind} ${record.seq} (${key}, ${stepName(trace, record.step_index)})`;
}

/** A step as sentences name it. */
export function stepName(trace: SessionTrace, index: number | null): string {
  const step = index === null ? undefined : trace.time_steps[index];
  return step === undefined ? "outside of steps" : `in step "${step.step_id}"`;
}

/** What two records of one key say, apart from when and where they stand. */
export function compareContent(
  { manual, decorated }: Pair,
  where: string,
  to: Differences,
  rules: RecordRules,
): void {
  if (manual.kind === "message" && decorated.kind === "message") {
    to.compare("message", where, "content", manual.record.content, decorated.record.content);
  } else if (manual.kind === "event" && decorated.kind === "event") {
    compareEvents(manual.record, decorated.record, where, to);
  }
  const known = (of: TraceRecord) =>
    Object.fromEntries(
      Object.entries(of.record.metadata).filter(([key]) => !rules.ignoreMetadata.has(key)),
    );
  // A decorator may know more, such as the name of the function.
  to.compare("metadata", where, "metadata", known(manual), known(decorated), true);
}

function compareEvents(
  manual: TraceEvent,
  decorated: TraceEvent,
  where: string,
  to: Differences,
): void {
  to.compare("error", where, "error", plain(manual.error), plain(decorated.error));
  to.compare(
    "state",
    where,
    "state before",
    manual.system_state_before,
    decorated.system_state_before,
  );
  to.compare(
    "state",
    where,
    "state after",
    manual.system_state_after,
    decorated.system_state_after,
  );
  if (sharedObject(decorated.system_state_before, decorated.system_state_after) !== undefined) {
    to.add("state", where, "shares one object between its state before and its state after");
  }
  const own = ownFields(manual);
  const other = ownFields(decorated);
  for (const [name, value] of Object.entries(own)) {
    to.compare("field", where, name, value, other[name]);
  }
}

/** The fields of an event's type. Ids and times of calls are never the same twice. */
function ownFields(event: TraceEvent): Readonly<Record<string, Json>> {
  switch (event.event_type) {
    case "cais": {
      const { model_name, provider, input_tokens, output_tokens, total_tokens, cost_usd } = event;
      const call_records = event.call_records.map(withoutMoment);
      return {
        model_name,
        provider,
        input_tokens,
        output_tokens,
        total_tokens,
        cost_usd,
        call_records,
      };
    }
    case "environment":
      return { reward: event.reward, terminated: event.terminated, truncated: event.truncated };
    case "runtime":
      return { actions: event.actions, tool: plain(event.tool) };
  }
}

function withoutMoment(call: LlmCallRecord): Json {
  const { call_id: _, started_at: __, completed_at: ___, latency_ms: ____, ...rest } = call;
  return plain(rest);
}

/** Records are plain JSON data all through, which their interfaces cannot say. */
function plain(value: object | null): Json {
  return value as Json;
}

/** When two records happened: in their step, or else in their session. */
export function compareMoments(
  { manual, decorated }: Pair,
  traces: { readonly manual: SessionTrace; readonly decorated: SessionTrace },
  where: string,
  to: Differences,
  { toleranceMs }: RecordRules,
): void {
  const late = sinceStart(decorated, traces.decorated) - sinceStart(manual, traces.manual);
  if (Math.abs(late) > toleranceMs) {
    const ms = `${Math.round(Math.abs(late))} ms`;
    const sentence = `is ${ms} ${late > 0 ? "later" : "earlier"} in the decorated trace`;
    to.add("time", where, `${sentence}, counted from ${startName(manual)}`);
  }
  const turn = (of: TraceRecord) => of.record.time_record.message_time;
  to.compare("turn", where, "message time", turn(manual), turn(decorated));
  if (manual.kind === "event" && decorated.kind === "event") {
    compareLatency(manual.record.latency_ms, decorated.record.latency_ms, where, to, toleranceMs);
  }
}

function compareLatency(
  manual: number | null,
  decorated: number | null,
  where: string,
  to: Differences,
  toleranceMs: number,
): void {
  if (manual === null) return;
  if (decorated === null) return to.add("time", where, "has lost its latency");
  if (Math.abs(manual - decorated) <= toleranceMs) return;
  const took = (ms: number) => `${Math.round(ms)} ms`;
  to.add(
    "time",
    where,
    `took ${took(manual)} in the manual trace, ${took(decorated)} in the decorated one`,
  );
}

/** Milliseconds from the start of its step, so that the cost of many steps does not add up. */
function sinceStart({ record }: TraceRecord, trace: SessionTrace): number {
  const step = record.step_index === null ? undefined : trace.time_steps[record.step_index];
  return 1000 * (record.time_record.event_time - (step?.started_at ?? trace.created_at));
}

function startName({ record }: TraceRecord): string {
  return `the start of its ${record.step_index === null ? "session" : "step"}`;
}
