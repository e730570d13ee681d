import type { TraceEntryKind, TraceEntryRecord } from "../../state/mod.ts";
import type {
  CAISEvent,
  EnvironmentEvent,
  Json,
  JsonObject,
  LlmCallRecord,
  LlmMessage,
  RuntimeEvent,
  SessionEventMessage,
  TraceEvent,
} from "../events.ts";
import type { Clip, Clipper } from "./clip.ts";

/** A part of a message to or from a model. */
export interface MessageText {
  readonly role: string;
  /** The part's type, such as `text` or `thinking`. */
  readonly type: string;
  readonly text: Clip;
}

/** A tool call, asked for or executed. */
export interface ToolCallText {
  readonly name: string;
  readonly call_id: string | null;
  readonly arguments: Clip;
}

/** A request to a model and its answer. */
export interface CallText {
  readonly provider: string;
  readonly model_name: string;
  readonly finish_reason: string | null;
  /** What was asked for besides the messages, as JSON. */
  readonly request_params: Clip;
  /** Messages that this session had sent before: the history that each request repeats. */
  readonly repeated: number;
  /** The messages that are new in this request. */
  readonly input: readonly MessageText[];
  readonly output: readonly MessageText[];
  readonly tool_calls: readonly ToolCallText[];
  readonly error: string | null;
}

/** An entry of a trace with its texts, long ones cut. */
export interface TraceItem {
  readonly entry_id: number;
  readonly step_index: number | null;
  readonly span_id: string | null;
  readonly parent_span_id: string | null;
  readonly kind: TraceEntryKind;
  /** The model, tool, message type or span name. */
  readonly name: string;
  /** The system that did it; for a message the one it comes from. */
  readonly system: string;
  /** Seconds since 1970, UTC. */
  readonly started_at: number;
  readonly duration_ms: number | null;
  readonly failed: boolean;
  readonly error: { readonly type: string; readonly message: Clip } | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  /** Tokens per second while the model wrote, or over the whole call where only that is known. */
  readonly tokens_per_second: number | null;
  readonly cost_usd: number | null;
  /** Of a model event. */
  readonly calls: readonly CallText[];
  /** Of a tool execution. */
  readonly tool: (ToolCallText & { readonly result: Clip | null }) | null;
  /** Of an environment event. */
  readonly reward: number | null;
  readonly ended: "terminated" | "truncated" | null;
  /** Of a runtime event: what it did, as JSON. */
  readonly actions: readonly Clip[];
  /** Of a message. */
  readonly message: { readonly target: string; readonly content: Clip } | null;
  /** The state around the event, as JSON; null where none was recorded. */
  readonly state_before: Clip | null;
  readonly state_after: Clip | null;
  /** Of a foreign span: its attributes. */
  readonly metadata: JsonObject;
}

/**
 * Reads entries in their order. It remembers what it has seen, because every request of a
 * conversation repeats the history before it.
 */
export function createItemReader(
  clipper: Clipper,
): (entry: TraceEntryRecord, value: Json) => TraceItem {
  const seen = new Set<string>();
  return (entry, value) =>
    Object.assign(headOf(entry, value, clipper), ownOf(entry, value, clipper.clip, seen));
}

/** What is read of the body of an event, a message or a foreign span. */
type AnyBody = Partial<TraceEvent & CAISEvent & SessionEventMessage> & {
  readonly attributes?: JsonObject;
  readonly scope?: { readonly name: string };
  readonly status?: { readonly code: string; readonly message: Json };
};

type Own = Pick<TraceItem, "calls" | "tool" | "reward" | "ended" | "actions" | "message">;

const NOTHING: Own = {
  calls: [],
  tool: null,
  reward: null,
  ended: null,
  actions: [],
  message: null,
};

function headOf(
  entry: TraceEntryRecord,
  value: Json,
  { clip, data }: Clipper,
): Omit<TraceItem, keyof Own> {
  const body = value as unknown as AnyBody;
  const { inputTokens, outputTokens, durationUs } = entry;
  const metadata = data(body.metadata ?? body.attributes ?? {});
  return {
    entry_id: entry.id,
    step_index: entry.stepIndex,
    span_id: entry.spanId,
    parent_span_id: body.parent_span_id ?? null,
    kind: entry.kind,
    name: entry.name,
    system: body.system_instance_id ?? body.source_id ?? body.scope?.name ?? "",
    started_at: entry.startUs / 1e6,
    duration_ms: durationUs === null ? null : durationUs / 1000,
    failed: entry.failed,
    error: errorOf(body, clip),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    tokens_per_second: tokensPerSecond(entry, metadata["decode_ms"]),
    cost_usd: body.cost_usd ?? null,
    state_before: body.system_state_before == null ? null : clip(body.system_state_before),
    state_after: body.system_state_after == null ? null : clip(body.system_state_after),
    metadata,
  };
}

function errorOf({ error, status }: AnyBody, clip: (value: unknown) => Clip): TraceItem["error"] {
  if (error != null) return { type: error.type, message: clip(error.message) };
  return status?.code === "error" ? { type: "status", message: clip(status.message) } : null;
}

function tokensPerSecond(
  { outputTokens, durationUs }: TraceEntryRecord,
  decodeMs: Json | undefined,
): number | null {
  const ms = typeof decodeMs === "number" ? decodeMs : (durationUs ?? 0) / 1000;
  return outputTokens === null || ms <= 0 ? null : outputTokens / (ms / 1000);
}

function ownOf(
  entry: TraceEntryRecord,
  value: Json,
  clip: (value: unknown) => Clip,
  seen: Set<string>,
): Own {
  switch (entry.kind) {
    case "cais": {
      const { call_records } = value as unknown as CAISEvent;
      return { ...NOTHING, calls: call_records.map((call) => callOf(call, clip, seen)) };
    }
    case "runtime": {
      const { tool, actions } = value as unknown as RuntimeEvent;
      if (tool === null) return { ...NOTHING, actions: actions.map(clip) };
      const { result } = tool;
      return {
        ...NOTHING,
        tool: { ...toolOf(tool, clip), result: result === null ? null : clip(result) },
      };
    }
    case "environment": {
      const { reward, terminated, truncated } = value as unknown as EnvironmentEvent;
      const ended = terminated ? "terminated" : truncated ? "truncated" : null;
      return { ...NOTHING, reward, ended };
    }
    case "message": {
      const { target_id, content } = value as unknown as SessionEventMessage;
      return { ...NOTHING, message: { target: target_id, content: clip(content) } };
    }
    case "span":
      return NOTHING;
  }
}

function callOf(
  call: LlmCallRecord,
  clip: (value: unknown) => Clip,
  seen: Set<string>,
): CallText {
  const isNew = (message: LlmMessage) => {
    // An answer comes back in the next request; only what it says counts, not how it is wrapped.
    const key = JSON.stringify([message.role, message.parts.map(({ text }) => text)]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  const fresh = call.input_messages.filter(isNew);
  call.output_messages.forEach(isNew);
  return {
    provider: call.provider,
    model_name: call.model_name,
    finish_reason: call.finish_reason,
    request_params: clip(call.request_params),
    repeated: call.input_messages.length - fresh.length,
    input: fresh.flatMap((message) => partsOf(message, clip)),
    output: call.output_messages.flatMap((message) => partsOf(message, clip)),
    tool_calls: call.output_tool_calls.map((tool) => toolOf(tool, clip)),
    error: call.error ?? null,
  };
}

function partsOf(message: LlmMessage, clip: (value: unknown) => Clip): MessageText[] {
  return message.parts.map(({ type, text, mime_type, uri }) => ({
    role: message.role,
    type,
    text: text === null ? clip(`[${mime_type ?? type}] ${uri ?? ""}`.trim()) : clip(text),
  }));
}

function toolOf(
  tool: { readonly name: string; readonly arguments_json: string; readonly call_id: string | null },
  clip: (value: unknown) => Clip,
): ToolCallText {
  return { name: tool.name, call_id: tool.call_id, arguments: clip(tool.arguments_json) };
}
