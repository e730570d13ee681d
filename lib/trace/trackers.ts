import { OwllmError } from "../core/mod.ts";
import { getActiveTracer } from "./active.ts";
import type { JsonObject, LlmCallRecord, TraceEvent } from "./events.ts";
import {
  type ChatMessageLike,
  toLlmMessage,
  type ToolCallLike,
  toToolCall,
} from "./llm_messages.ts";
import { type EventFields, type NewEvent, traceError } from "./new_events.ts";
import type { SessionTracer } from "./session_tracer.ts";
import { currentCall } from "./span_context.ts";

/** Which system a tracker speaks of. */
export interface TrackedSystem {
  /** The kind of system, as {@linkcode getSystemId} gives it. */
  readonly system_id: string;
  /** This one of the kind, e.g. `agent:coder-1`. */
  readonly system_instance_id: string;
  /** The turn of the system; where no step is open, each turn becomes one. */
  readonly turn_number?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What {@linkcode trackLm} takes; whatever is not known is left out. */
export interface TrackedLm extends TrackedSystem {
  /** What was sent. */
  readonly messages: readonly ChatMessageLike[];
  /** What came back. */
  readonly output_messages?: readonly ChatMessageLike[];
  /** Those of the output messages when left out. */
  readonly tool_calls?: readonly ToolCallLike[];
  readonly model_name?: string;
  readonly provider?: string;
  readonly api_type?: string;
  readonly request_params?: JsonObject;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cost_usd?: number;
  readonly latency_ms?: number;
  readonly finish_reason?: string;
  /** The id of the call: a call that is in the session already is not recorded again. */
  readonly call_id?: string;
  readonly error?: unknown;
}

/** What {@linkcode trackRewardSignal} takes. */
export interface TrackedReward extends TrackedSystem {
  readonly reward: number;
  readonly terminated?: boolean;
  readonly truncated?: boolean;
  readonly system_state_before?: unknown;
  readonly system_state_after?: unknown;
}

/** What {@linkcode finish} takes. */
export interface TrackedEnd extends TrackedSystem {
  /** Why it ended, where it did not end well. */
  readonly error?: unknown;
}

/**
 * Records a call of a model through the active tracer; without one, or without an open session, it
 * does nothing. Inside a call that is traced as an agent (`traceAgent`) it adds to that call's
 * event, so that its tokens are counted once; then, and where nothing was recorded, it returns
 * undefined.
 *
 * @example
 * ```ts
 * trackLm({
 *   system_id: getSystemId("coder"),
 *   system_instance_id: "agent:coder-1",
 *   turn_number: 3,
 *   messages: [{ role: "user", content: "Fix the test" }],
 *   output_messages: [{ role: "assistant", content: "Done" }],
 *   model_name: "qwen2.5-coder:7b",
 * });
 * ```
 */
export function trackLm(call: TrackedLm): TraceEvent | undefined {
  const tracer = openTracer();
  if (tracer === undefined || isRecorded(tracer, call.call_id)) return undefined;
  openTurn(tracer, call.turn_number);
  const record = callRecord(call, tracer);
  const { input_tokens = null, output_tokens = null, total_tokens } = record.usage;
  return recordOrAdd(tracer, call, "cais", {
    model_name: call.model_name ?? null,
    provider: call.provider ?? null,
    input_tokens,
    output_tokens,
    total_tokens,
    cost_usd: call.cost_usd ?? null,
    call_records: [record],
    ...call.error !== undefined && { error: traceError(call.error) },
  }, call.latency_ms);
}

/**
 * Records a reward through the active tracer. Inside a call that is traced as an environment
 * (`traceEnv`) it gives that call's event its reward and returns undefined.
 *
 * @example
 * ```ts
 * trackRewardSignal({ system_id, system_instance_id: "env:crafter", turn_number: 3, reward: 1 });
 * ```
 */
export function trackRewardSignal(signal: TrackedReward): TraceEvent | undefined {
  const tracer = openTracer();
  if (tracer === undefined) return undefined;
  openTurn(tracer, signal.turn_number);
  const { reward, terminated, truncated, system_state_before, system_state_after } = signal;
  return recordOrAdd(tracer, signal, "environment", {
    reward,
    ...terminated !== undefined && { terminated },
    ...truncated !== undefined && { truncated },
    ...system_state_before !== undefined && { system_state_before },
    ...system_state_after !== undefined && { system_state_after },
  });
}

/**
 * Records that a system is done, and ends the step that trackers opened for its last turn.
 *
 * @example
 * ```ts
 * finish({ system_id, system_instance_id: "agent:coder-1", metadata: { solved: true } });
 * ```
 */
export function finish(end: TrackedEnd): TraceEvent | undefined {
  const tracer = openTracer();
  if (tracer === undefined) return undefined;
  openTurn(tracer, end.turn_number);
  const event = tracer.recordEvent({
    ...common(end),
    event_type: "runtime",
    actions: ["finish"],
    error: end.error === undefined ? null : traceError(end.error),
  });
  if (isOwnStep(tracer)) tracer.endTimestep();
  return event;
}

/**
 * The id of a kind of system: the same for the same name, in every process and version.
 *
 * @example
 * ```ts
 * getSystemId("coder"); // system_2ffb718dfae53952
 * ```
 * @throws {@linkcode OwllmError} `usage` for an empty name
 */
export function getSystemId(name: string): string {
  if (name.trim() === "") {
    throw new OwllmError({
      code: "usage",
      message: `Cannot make a system id of the name "${name}"`,
      recoverySuggestion: 'Give the system a name, such as "coder"',
    });
  }
  return `system_${fnv1a64(new TextEncoder().encode(name.normalize()))}`;
}

function openTracer(): SessionTracer | undefined {
  const tracer = getActiveTracer();
  return tracer?.sessionId === undefined ? undefined : tracer;
}

function recordOrAdd(
  tracer: SessionTracer,
  of: TrackedSystem,
  event_type: "cais" | "environment",
  fields: EventFields,
  latency_ms?: number,
): TraceEvent | undefined {
  const around = currentCall(tracer);
  const base = common(of);
  if (around?.eventType === event_type) {
    around.contribute({ ...fields, metadata: base.metadata });
    return undefined;
  }
  return tracer.recordEvent(
    { ...base, ...fields, event_type, latency_ms: latency_ms ?? null } as NewEvent,
  );
}

function common({ system_id, system_instance_id, turn_number, metadata }: TrackedSystem) {
  return {
    system_instance_id,
    metadata: { system_id, ...metadata },
    ...turn_number !== undefined && { time_record: { message_time: turn_number } },
  };
}

function callRecord(call: TrackedLm, tracer: SessionTracer): LlmCallRecord {
  const { input_tokens = null, output_tokens = null, latency_ms = null } = call;
  const output = (call.output_messages ?? []).map(toLlmMessage);
  const known = input_tokens !== null || output_tokens !== null;
  const now = tracer.clock.now();
  return {
    call_id: call.call_id ?? tracer.newSpanId(),
    api_type: call.api_type ?? "chat_completions",
    provider: call.provider ?? "",
    model_name: call.model_name ?? "",
    started_at: latency_ms === null ? null : new Date(now.getTime() - latency_ms).toISOString(),
    completed_at: now.toISOString(),
    latency_ms,
    request_params: call.request_params ?? {},
    input_messages: call.messages.map(toLlmMessage),
    output_messages: output,
    output_tool_calls: call.tool_calls?.map(toToolCall) ??
      output.flatMap(({ tool_calls }) => tool_calls ?? []),
    usage: {
      input_tokens,
      output_tokens,
      total_tokens: known ? (input_tokens ?? 0) + (output_tokens ?? 0) : null,
    },
    finish_reason: call.finish_reason ?? null,
    error: call.error === undefined ? null : traceError(call.error).message,
  };
}

/** Whether a call is in the session already, because it was recorded by hand. */
function isRecorded(tracer: SessionTracer, callId: string | undefined): boolean {
  if (callId === undefined) return false;
  return (tracer.currentSession?.trace.event_history ?? []).some((event) =>
    event.event_type === "cais" && event.call_records.some(({ call_id }) => call_id === callId)
  );
}

/** The step that trackers opened last, by tracer: steps of others are not theirs to end. */
const ownSteps = new WeakMap<SessionTracer, { sessionId: string | undefined; index: number }>();

function isOwnStep(tracer: SessionTracer): boolean {
  const own = ownSteps.get(tracer);
  const open = tracer.currentTimestep;
  return open !== undefined && own?.sessionId === tracer.sessionId &&
    own?.index === open.step_index;
}

function openTurn(tracer: SessionTracer, turnNumber: number | undefined): void {
  const open = tracer.currentTimestep;
  if (turnNumber === undefined || open?.turn_number === turnNumber) return;
  if (open !== undefined && !isOwnStep(tracer)) return;
  const step = tracer.startTimestep({ stepId: `turn_${turnNumber}`, turnNumber });
  ownSteps.set(tracer, { sessionId: tracer.sessionId, index: step.step_index });
}

/** The 64-bit FNV-1a hash in hex: short, the same everywhere, and nothing to load. */
function fnv1a64(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
