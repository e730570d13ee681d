import { assertNever } from "../../core/mod.ts";
import type {
  CAISEvent,
  EnvironmentEvent,
  Json,
  RuntimeEvent,
  SessionEventMessage,
  SessionStatus,
  Timestep,
  TraceError,
  TraceEvent,
} from "../events.ts";
import type { SessionHead, StepHead } from "../sink.ts";
import { AttributeSet, cut } from "./attributes.ts";
import { isEmbedding, llmAttributes } from "./llm_attributes.ts";
import { EXCEPTION } from "./names.ts";
import { hrTime, type OtelSpan, SPAN_KIND, SPAN_STATUS, type SpanMoment } from "./span.ts";

/** The scope of owllm's own spans. */
const SCOPE = { name: "owllm" } as const;

/** More messages than this are not told as moments of one span; the trace keeps them all. */
const MAX_MOMENTS = 1_000;

/** What an event's span needs to know of its session. */
export interface SpanPlace {
  readonly sessionId: string;
  readonly traceId: string;
  /** The span of the session. */
  readonly sessionSpanId: string;
  /** The span of the event's step; null outside of steps. */
  readonly stepSpanId: string | null;
}

/** A session as a span needs it. */
export interface SessionForSpan extends SessionHead {
  readonly ended_at: number | null;
  readonly status: SessionStatus;
  readonly error: TraceError | null;
}

/** What all of a frame's own facts are told with. */
interface Frame {
  /** Messages right under it. */
  readonly messages: readonly SessionEventMessage[];
  /** Seconds; when it was last written to, for one that a crash cut. */
  readonly lastWritten: number;
}

/** A session as the span of an agent. */
export function sessionSpan(session: SessionForSpan, frame: Frame): OtelSpan {
  const { metadata } = session;
  const agent = firstText(metadata["agent_name"], metadata["agent"]) ?? session.kind;
  const set = new AttributeSet()
    .tell("spanKind", "AGENT")
    .tell("operation", "invoke_agent")
    .tell("agent", agent)
    .tell("session", session.session_id)
    .tell("sessionKind", session.kind)
    .tell("tags", session.tags.length === 0 ? null : session.tags)
    .tellValue("input", metadata["input"] ?? metadata["task"] ?? metadata["prompt"])
    .tellValue("output", metadata["output"] ?? metadata["result"] ?? metadata["answer"])
    .tellJson("metadata", metadata)
    .tell("cut", session.ended_at === null ? true : null);
  return span({
    traceId: session.trace_id,
    spanId: session.span_id,
    parentSpanId: null,
    name: `invoke_agent ${agent}`,
    start: session.created_at,
    end: session.ended_at ?? frame.lastWritten,
    set,
    error: session.error,
    ended: session.status === "ok",
    messages: frame.messages,
  });
}

/** A step of a session as a span. */
export function stepSpan(step: StepHead, place: SpanPlace, frame: Frame): OtelSpan {
  const set = new AttributeSet()
    .tell("spanKind", "CHAIN")
    .tell("session", place.sessionId)
    .tell("stepId", step.step_id)
    .tell("stepIndex", step.step_index)
    .tell("turn", step.turn_number)
    .tellValue("input", step.metadata["input"])
    .tellValue("output", step.metadata["output"])
    .tellJson("metadata", step.metadata)
    .tell("cut", step.completed_at === null ? true : null);
  return span({
    traceId: place.traceId,
    spanId: step.span_id,
    parentSpanId: place.sessionSpanId,
    name: step.step_id,
    start: step.started_at,
    end: step.completed_at ?? frame.lastWritten,
    set,
    error: null,
    ended: step.completed_at !== null,
    messages: frame.messages,
  });
}

/** An event as a span. Its time record tells its end; it began its latency before. */
export function eventSpan(event: TraceEvent, place: SpanPlace): OtelSpan {
  const { name, kind = SPAN_KIND.internal, set } = kindOf(event);
  set.tell("session", place.sessionId)
    .tell("system", event.system_instance_id)
    .tell("sequence", event.seq)
    .tellJson("stateBefore", event.system_state_before)
    .tellJson("stateAfter", event.system_state_after)
    .tellJson("metadata", event.metadata);
  const end = event.time_record.event_time;
  return span({
    traceId: place.traceId,
    spanId: event.span_id,
    parentSpanId: event.parent_span_id ?? place.stepSpanId ?? place.sessionSpanId,
    name,
    kind,
    start: end - (event.latency_ms ?? 0) / 1000,
    end,
    set,
    error: event.error,
    ended: true,
    messages: [],
  });
}

interface Own {
  readonly name: string;
  readonly kind?: number;
  readonly set: AttributeSet;
}

function kindOf(event: TraceEvent): Own {
  switch (event.event_type) {
    case "cais":
      return thinking(event);
    case "runtime":
      return event.tool === null ? running(event) : toolCall(event.tool);
    case "environment":
      return world(event);
    default:
      return assertNever(event);
  }
}

function thinking(event: CAISEvent): Own {
  if (event.model_name !== null || event.call_records.length > 0) {
    const model = event.model_name ?? event.call_records.at(-1)?.model_name ?? "";
    const name = `${isEmbedding(event) ? "embeddings" : "chat"} ${model}`;
    return { name, kind: SPAN_KIND.client, set: llmAttributes(event) };
  }
  const set = new AttributeSet()
    .tell("spanKind", "AGENT")
    .tell("operation", "invoke_agent")
    .tell("agent", event.system_instance_id);
  return { name: `invoke_agent ${event.system_instance_id}`, set };
}

function toolCall(tool: NonNullable<RuntimeEvent["tool"]>): Own {
  const set = new AttributeSet()
    .tell("spanKind", "TOOL")
    .tell("operation", "execute_tool")
    .tell("toolName", tool.name)
    .tell("toolKind", "function")
    .tell("toolCallId", tool.call_id)
    .tell("toolArguments", tool.arguments_json)
    .tell("toolResult", tool.result)
    .tellValue("input", tool.arguments_json)
    .tellValue("output", tool.result);
  return { name: `tool_wrapped.${tool.name}`, set };
}

function running(event: RuntimeEvent): Own {
  const set = new AttributeSet()
    .tell("spanKind", "CHAIN")
    .tellJson("actions", event.actions)
    .tellValue("input", event.actions);
  return { name: event.system_instance_id, set };
}

function world(event: EnvironmentEvent): Own {
  const set = new AttributeSet()
    .tell("spanKind", "CHAIN")
    .tell("evaluation", "reward")
    .tell("reward", event.reward)
    .tell("terminated", event.terminated)
    .tell("truncated", event.truncated)
    .tellValue("output", event.system_state_after);
  return { name: event.system_instance_id, set };
}

interface SpanParts extends Pick<OtelSpan, "traceId" | "spanId" | "parentSpanId" | "name"> {
  readonly kind?: number;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly set: AttributeSet;
  readonly error: TraceError | null;
  /** False for what a crash cut: nobody knows how it would have ended. */
  readonly ended: boolean;
  readonly messages: readonly SessionEventMessage[];
}

function span(parts: SpanParts): OtelSpan {
  const { error, messages, end } = parts;
  const ok = parts.ended ? SPAN_STATUS.ok : SPAN_STATUS.unset;
  const moments = messages.slice(0, MAX_MOMENTS).map(messageMoment);
  if (error !== null) moments.push(exception(error, end));
  return {
    traceId: parts.traceId,
    spanId: parts.spanId,
    parentSpanId: parts.parentSpanId,
    name: parts.name,
    kind: parts.kind ?? SPAN_KIND.internal,
    start: hrTime(parts.start),
    // A clock that was set back must not make a span that ends before it began.
    end: hrTime(Math.max(parts.start, end)),
    attributes: parts.set.tell("errorType", error?.type).all,
    moments,
    links: [],
    droppedMoments: Math.max(0, messages.length - MAX_MOMENTS),
    status: error === null
      ? { code: ok }
      : { code: SPAN_STATUS.error, message: cut(error.message) },
    scope: SCOPE,
  };
}

function exception(error: TraceError, at: number): SpanMoment {
  const attributes = { [EXCEPTION.type]: error.type, [EXCEPTION.message]: cut(error.message) };
  return { name: EXCEPTION.event, time: hrTime(at), attributes };
}

function messageMoment(message: SessionEventMessage): SpanMoment {
  const { content } = message;
  const set = new AttributeSet()
    .tell("messageType", message.message_type)
    .tell("messageSource", message.source_id || null)
    .tell("messageTarget", message.target_id || null)
    .tell("messageContent", typeof content === "string" ? content : JSON.stringify(content))
    .tellJson("metadata", message.metadata);
  return { name: "message", time: hrTime(message.time_record.event_time), attributes: set.all };
}

function firstText(...values: readonly (Json | undefined)[]): string | undefined {
  return values.find((value) => typeof value === "string" && value !== "") as string | undefined;
}

/** The place of the events of a step, or of those outside of steps. */
export function placeOf(
  session: Pick<SessionHead, "session_id" | "trace_id" | "span_id">,
  step: Pick<Timestep, "span_id"> | undefined,
): SpanPlace {
  return {
    sessionId: session.session_id,
    traceId: session.trace_id,
    sessionSpanId: session.span_id,
    stepSpanId: step?.span_id ?? null,
  };
}
