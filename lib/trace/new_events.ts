import type {
  CAISEvent,
  EnvironmentEvent,
  EventType,
  Json,
  JsonObject,
  RuntimeEvent,
  SessionEventMessage,
  TimeRecord,
  TraceError,
  TraceEvent,
} from "./events.ts";
import type { ConfiguredPrice } from "../config/mod.ts";
import { costOfEvent } from "./prices.ts";
import { describe, snapshot, snapshotObject } from "./snapshot.ts";

/** What may be left out of any new event. State and metadata may be live objects: they are copied. */
interface Loose {
  readonly time_record?: Partial<TimeRecord>;
  readonly latency_ms?: number | null;
  readonly system_state_before?: unknown;
  readonly system_state_after?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly error?: TraceError | null;
  /** Set by a wrapper that gave its children this id before it was done. */
  readonly span_id?: string;
  readonly parent_span_id?: string | null;
}

type Own<E extends TraceEvent> = Omit<E, keyof Loose | "seq" | "step_index" | "system_instance_id">;
type New<E extends TraceEvent> =
  & Loose
  & Pick<E, "event_type" | "system_instance_id">
  & Partial<Own<E>>;

/** A model event to record; every number that is left out reads as unknown. */
export type NewCAISEvent = New<CAISEvent>;
/** An environment event to record; reward 0, not terminated, not truncated unless said. */
export type NewEnvironmentEvent = New<EnvironmentEvent>;
/** A runtime event to record. Actions may be live objects. */
export type NewRuntimeEvent = Omit<New<RuntimeEvent>, "actions"> & {
  readonly actions?: readonly unknown[];
};
/** Any event to record. */
export type NewEvent = NewCAISEvent | NewEnvironmentEvent | NewRuntimeEvent;

/** What may be said of an event by code that does not choose its type: what fits is kept. */
export type EventFields =
  & Omit<NewCAISEvent, "event_type" | "system_instance_id">
  & Omit<NewEnvironmentEvent, "event_type" | "system_instance_id">
  & Omit<NewRuntimeEvent, "event_type" | "system_instance_id">;

/** A message to record. Content may be a live object. */
export type NewMessage =
  & Pick<SessionEventMessage, "message_type">
  & Partial<Pick<SessionEventMessage, "source_id" | "target_id">>
  & {
    readonly content: unknown;
    readonly time_record?: Partial<TimeRecord>;
    readonly metadata?: Readonly<Record<string, unknown>>;
  };

/** What the tracer knows about the moment of a new event. */
export interface EventPlace {
  readonly seq: number;
  readonly now: number;
  readonly step_index: number | null;
  readonly message_time: number | null;
  readonly span_id: string;
  readonly parent_span_id: string | null;
}

/** An event being built: hooks may still add to its metadata. */
export type Draft = TraceEvent & { metadata: JsonObject };

/** Completes a new event, copying whatever is live. */
export function completeEvent(
  event: NewEvent,
  place: EventPlace,
  prices: readonly ConfiguredPrice[],
): Draft {
  const base = baseOf(event, place);
  switch (event.event_type) {
    case "cais":
      return { ...base, ...caisFields(event, prices) };
    case "environment":
      return {
        ...base,
        event_type: "environment",
        reward: event.reward ?? 0,
        terminated: event.terminated ?? false,
        truncated: event.truncated ?? false,
      };
    case "runtime":
      return {
        ...base,
        event_type: "runtime",
        actions: (event.actions ?? []).map((action) => snapshot(action)),
        tool: event.tool ? { ...event.tool } : null,
      };
  }
}

function baseOf(event: Loose & { readonly system_instance_id: string }, place: EventPlace) {
  return {
    seq: place.seq,
    system_instance_id: event.system_instance_id,
    time_record: timeRecord(event.time_record, place),
    latency_ms: event.latency_ms ?? null,
    system_state_before: copyState(event.system_state_before),
    system_state_after: copyState(event.system_state_after),
    metadata: event.metadata === undefined ? {} : snapshotObject(event.metadata),
    error: event.error ? { ...event.error } : null,
    span_id: event.span_id ?? place.span_id,
    parent_span_id: event.parent_span_id === undefined
      ? place.parent_span_id
      : event.parent_span_id,
    step_index: place.step_index,
  };
}

function caisFields(event: NewCAISEvent, prices: readonly ConfiguredPrice[]) {
  const { input_tokens = null, output_tokens = null } = event;
  const known = input_tokens !== null || output_tokens !== null;
  const fields = {
    event_type: "cais" as const,
    model_name: event.model_name ?? null,
    provider: event.provider ?? null,
    input_tokens,
    output_tokens,
    total_tokens: event.total_tokens ??
      (known ? (input_tokens ?? 0) + (output_tokens ?? 0) : null),
    call_records: event.call_records === undefined
      ? []
      : snapshot(event.call_records) as unknown as CAISEvent["call_records"],
  };
  return { ...fields, cost_usd: event.cost_usd ?? costOfEvent(prices, fields) };
}

function copyState(state: unknown): Json {
  return snapshot(state);
}

/** Completes a new message. */
export function completeMessage(
  message: NewMessage,
  place: Omit<EventPlace, "span_id" | "parent_span_id">,
): SessionEventMessage & { metadata: JsonObject } {
  return {
    seq: place.seq,
    source_id: message.source_id ?? "",
    target_id: message.target_id ?? "",
    message_type: message.message_type,
    content: snapshot(message.content),
    time_record: timeRecord(message.time_record, place),
    metadata: message.metadata === undefined ? {} : snapshotObject(message.metadata),
    step_index: place.step_index,
  };
}

function timeRecord(
  given: Partial<TimeRecord> | undefined,
  place: { readonly now: number; readonly message_time: number | null },
): TimeRecord {
  return {
    event_time: given?.event_time ?? place.now,
    message_time: given?.message_time ?? place.message_time,
  };
}

/** An error of any kind as a trace keeps it. */
export function traceError(error: unknown): TraceError {
  if (!(error instanceof Error)) {
    const plain = typeof error === "object" ? JSON.stringify(snapshot(error)) : describe(error);
    return { type: typeof error, message: plain };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { type: code ?? describe(error.name), message: describe(error.message) };
}

/** The event types, for checks at edges. */
export const EVENT_TYPES: readonly EventType[] = ["cais", "environment", "runtime"];
