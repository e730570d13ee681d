/**
 * What a trace is made of. The field names are those of the v3 traces that task apps write, so
 * that one can be turned into the other without a table of names.
 */

/** Plain JSON data. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** When something happened. */
export interface TimeRecord {
  /** Seconds since 1970, UTC, with a fraction. */
  readonly event_time: number;
  /** A counter of the traced system itself, such as its turn; null where it has none. */
  readonly message_time: number | null;
}

/** One part of a message; text is the common one. */
export interface MessagePart {
  readonly type: string;
  readonly text: string | null;
  readonly mime_type?: string | null;
  readonly uri?: string | null;
  readonly base64_data?: string | null;
}

/** A message to or from a model. */
export interface LlmMessage {
  readonly role: string;
  readonly parts: readonly MessagePart[];
  readonly name?: string | null;
  /** For role `tool`: the call that this answers. */
  readonly tool_call_id?: string | null;
  /** For role `assistant` in a history: the calls it had made. */
  readonly tool_calls?: readonly ToolCallRecord[];
}

/** A tool call that a model asked for. */
export interface ToolCallRecord {
  readonly name: string;
  /** The arguments as JSON text, exactly as the model gave them. */
  readonly arguments_json: string;
  readonly call_id: string | null;
}

/** Token counts; null where the server did not tell. */
export interface TokenUsage {
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly reasoning_tokens?: number | null;
  readonly cache_read_tokens?: number | null;
}

/** One request to a model and its answer. */
export interface LlmCallRecord {
  readonly call_id: string;
  /** E.g. `chat_completions`. */
  readonly api_type: string;
  readonly provider: string;
  readonly model_name: string;
  /** ISO 8601, UTC. */
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly latency_ms: number | null;
  /** Temperature, seed, limits, schema and whatever else was asked for. */
  readonly request_params: JsonObject;
  /** The tools that were offered: name, description and JSON Schema. */
  readonly tools?: readonly JsonObject[];
  readonly input_messages: readonly LlmMessage[];
  readonly output_messages: readonly LlmMessage[];
  readonly output_tool_calls: readonly ToolCallRecord[];
  readonly usage: TokenUsage;
  readonly finish_reason: string | null;
  readonly error?: string | null;
  readonly metadata?: JsonObject;
}

/** What went wrong inside a traced call. */
export interface TraceError {
  /** E.g. `TypeError`, or the code of an owllm error. */
  readonly type: string;
  readonly message: string;
}

/** What every event carries. */
interface EventBase {
  /** Position in the session, counted from 0 over events and messages together. */
  readonly seq: number;
  /** Which system did it, e.g. `agent:coder` or `tool:read_file`. */
  readonly system_instance_id: string;
  readonly time_record: TimeRecord;
  /** How long it took, in milliseconds; null for a moment. */
  readonly latency_ms: number | null;
  /** Deep copies: later changes of the live objects do not reach them. */
  readonly system_state_before: Json;
  readonly system_state_after: Json;
  readonly metadata: JsonObject;
  readonly error: TraceError | null;
  /** 16 hex digits. */
  readonly span_id: string;
  /** The event or foreign span around this one; null directly under the step or session. */
  readonly parent_span_id: string | null;
  /** Step that was open, by its index; null outside of steps. */
  readonly step_index: number | null;
}

/** A model, or another system that thinks: an agent, a planner. */
export interface CAISEvent extends EventBase {
  readonly event_type: "cais";
  readonly model_name: string | null;
  readonly provider: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  /** US dollars; null where no price is known. */
  readonly cost_usd: number | null;
  readonly call_records: readonly LlmCallRecord[];
}

/** What an environment answered. */
export interface EnvironmentEvent extends EventBase {
  readonly event_type: "environment";
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** A tool call as it was executed. */
export interface ToolExecution {
  readonly name: string;
  readonly arguments_json: string;
  readonly call_id: string | null;
  readonly result: string | null;
}

/** What the program itself did: the actions it took, the tool it ran. */
export interface RuntimeEvent extends EventBase {
  readonly event_type: "runtime";
  readonly actions: readonly Json[];
  /** Set where the action was a tool call. */
  readonly tool: ToolExecution | null;
}

/** Any event. */
export type TraceEvent = CAISEvent | EnvironmentEvent | RuntimeEvent;

/** The three kinds of events. */
export type EventType = TraceEvent["event_type"];

/** A message between two systems: a prompt, an observation, a tool call. */
export interface SessionEventMessage {
  readonly seq: number;
  readonly source_id: string;
  readonly target_id: string;
  /** E.g. `user`, `assistant`, `tool_use`, `policy_system_prompt`. */
  readonly message_type: string;
  readonly content: Json;
  readonly time_record: TimeRecord;
  readonly metadata: JsonObject;
  readonly step_index: number | null;
}

/** A step of a session: one turn of an agent, one probe of a smoke. */
export interface Timestep {
  readonly step_id: string;
  /** Counted from 0. */
  readonly step_index: number;
  readonly turn_number: number;
  /** Seconds since 1970, UTC. */
  readonly started_at: number;
  /** Null while it is open, and for ever where a crash cut the trace. */
  readonly completed_at: number | null;
  readonly metadata: JsonObject;
  readonly span_id: string;
  readonly events: readonly TraceEvent[];
  readonly messages: readonly SessionEventMessage[];
}

/** How a session stands. `open`: it runs, or a crash cut it. */
export type SessionStatus = "open" | "ok" | "error";

/** A whole session: what {@linkcode SessionTracer.endSession} returns and the store gives back. */
export interface SessionTrace {
  readonly session_id: string;
  /** What was traced: `smoke`, `run`, `rollout`, `program`, `spans`. */
  readonly kind: string;
  /** Seconds since 1970, UTC. */
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly status: SessionStatus;
  readonly error: TraceError | null;
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
  /** 32 hex digits: the trace of OpenTelemetry that this session is. */
  readonly trace_id: string;
  readonly span_id: string;
  readonly time_steps: readonly Timestep[];
  /** All events in the order they were recorded; the same objects as in the steps. */
  readonly event_history: readonly TraceEvent[];
  readonly message_history: readonly SessionEventMessage[];
}
