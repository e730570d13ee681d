import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { NewTraceEntry, TraceWords } from "../../state/mod.ts";
import type { JsonObject } from "../events.ts";
import { snapshotObject } from "../snapshot.ts";
import { toMicroseconds } from "../store/rows.ts";
import { EXCEPTION, type Fact, NAMES } from "./names.ts";
import {
  fromHrTime,
  type HrTime,
  type OtelSpan,
  SPAN_STATUS,
  type SpanAttributes,
} from "./span.ts";

/** The words of a span that are indexed, in UTF-16 units; more is stored but not found. */
const MAX_INDEXED = 100_000;

/** Texts up to so long, in UTF-16 units, are indexed in every span: names of models and tools. */
const SHORT_TEXT = 64;

/** Long texts of one session that are remembered as indexed. */
const MAX_SEEN = 10_000;

/** How a span ended, in words, by OpenTelemetry's number. */
const STATUS_WORDS = ["unset", "ok", "error"] as const;
/** The same for the kind of a span. */
const KIND_WORDS = ["internal", "server", "client", "producer", "consumer"] as const;

/**
 * A span that somebody made through `@opentelemetry/api`, as the store keeps it: times both in
 * seconds for readers and exact for exporters.
 */
export interface ForeignSpanBody extends JsonObject {
  readonly name: string;
  readonly kind: (typeof KIND_WORDS)[number];
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  /** Seconds since 1970, UTC. */
  readonly started_at: number;
  readonly latency_ms: number;
  readonly hr_time: { readonly start: HrTime; readonly end: HrTime };
  readonly attributes: JsonObject;
  readonly events: readonly {
    readonly name: string;
    readonly hr_time: HrTime;
    readonly attributes: JsonObject;
  }[];
  readonly links: readonly {
    readonly trace_id: string;
    readonly span_id: string;
    readonly attributes: JsonObject;
  }[];
  readonly status: {
    readonly code: (typeof STATUS_WORDS)[number];
    readonly message: string | null;
  };
  readonly scope: { readonly name: string; readonly version: string | null };
}

/** The body of a span that has ended; everything in it is a copy. */
export function foreignBody(span: ReadableSpan): ForeignSpanBody {
  const { traceId, spanId } = span.spanContext();
  const started_at = fromHrTime(span.startTime);
  return {
    name: span.name,
    kind: KIND_WORDS[span.kind] ?? "internal",
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: span.parentSpanContext?.spanId ?? null,
    started_at,
    latency_ms: Math.max(0, (fromHrTime(span.endTime) - started_at) * 1000),
    hr_time: { start: [...span.startTime] as HrTime, end: [...span.endTime] as HrTime },
    attributes: jsonOf(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      hr_time: [...event.time] as HrTime,
      attributes: jsonOf(event.attributes ?? {}),
    })),
    links: span.links.map(({ context, attributes }) => ({
      trace_id: context.traceId,
      span_id: context.spanId,
      attributes: jsonOf(attributes ?? {}),
    })),
    status: {
      code: STATUS_WORDS[span.status.code] ?? "unset",
      message: span.status.message ?? null,
    },
    scope: {
      name: span.instrumentationScope.name,
      version: span.instrumentationScope.version ?? null,
    },
  };
}

/** Attributes as plain data. Nearly all are plain already: only those that are not are copied. */
function jsonOf(attributes: Attributes): JsonObject {
  for (const key in attributes) {
    const value = attributes[key];
    const plain = typeof value === "string" || typeof value === "boolean" ||
      (typeof value === "number" && Number.isFinite(value));
    if (!plain) return snapshotObject(attributes);
  }
  return attributes as JsonObject;
}

/**
 * The row of a foreign span. Its tokens count where it tells them under a known name.
 *
 * @param seen long texts of its session that are indexed already; this span's are added
 */
export function foreignRow(
  body: ForeignSpanBody,
  { sessionId, stepIndex }: { readonly sessionId: string; readonly stepIndex: number | null },
  seen: Set<string>,
): Omit<NewTraceEntry, "body" | "contents"> {
  const { attributes } = body;
  const tool = attributes["openinference.span.kind"] === "TOOL" ||
    attributes["gen_ai.operation.name"] === "execute_tool";
  return {
    sessionId,
    stepIndex,
    kind: "span",
    name: body.name,
    startUs: toMicroseconds(body.started_at),
    durationUs: Math.round(body.latency_ms * 1000),
    failed: body.status.code === "error",
    inputTokens: numberIn(attributes, "gen_ai.usage.input_tokens", "llm.token_count.prompt"),
    outputTokens: numberIn(attributes, "gen_ai.usage.output_tokens", "llm.token_count.completion"),
    reward: null,
    spanId: body.span_id,
    words: wordsOf(body, seen),
    costUsd: null,
    toolCall: tool,
    model: textIn(attributes, "gen_ai.request.model", "llm.model_name"),
  };
}

/** Attributes whose values say of which sort a span is: nobody looks for the word "user". */
const LABELS: ReadonlySet<string> = new Set(([
  "spanKind",
  "operation",
  "provider",
  "requestModel",
  "responseModel",
  "invocation",
  "toolKind",
  "inputType",
  "outputType",
] as const satisfies readonly Fact[]).flatMap((fact) => [...NAMES[fact]]));

function isLabel(name: string): boolean {
  return LABELS.has(name) || name.endsWith(".role");
}

function numberIn(attributes: JsonObject, name: string, otherName: string): number | null {
  const value = attributes[name] ?? attributes[otherName];
  return typeof value === "number" ? value : null;
}

function textIn(attributes: JsonObject, name: string, otherName: string): string | null {
  const value = attributes[name] ?? attributes[otherName];
  return typeof value === "string" ? value : null;
}

/** A conversation repeats its history in every span; a long text is indexed where it comes first. */
function wordsOf(body: ForeignSpanBody, seen: Set<string>): TraceWords {
  let prompt = body.name;
  let result = "";
  for (const name in body.attributes) {
    const value = body.attributes[name];
    if (typeof value !== "string" || value === "" || isLabel(name)) continue;
    if (value.length > SHORT_TEXT) {
      if (seen.has(value)) continue;
      if (seen.size < MAX_SEEN) seen.add(value);
    }
    if (name.includes("output") || name.includes("result")) result += `\n${value}`;
    else prompt += `\n${value}`;
  }
  const failures = body.events.map(({ attributes }) => attributes[EXCEPTION.message]);
  const error = [body.status.message, ...failures].filter((text) => typeof text === "string");
  return {
    prompt: prompt.slice(0, MAX_INDEXED),
    arguments: "",
    result: result.slice(0, MAX_INDEXED),
    error: error.join("\n").slice(0, MAX_INDEXED),
  };
}

/** A stored foreign span as it was. */
export function spanOfForeign(body: ForeignSpanBody): OtelSpan {
  const { status, scope } = body;
  return {
    traceId: body.trace_id,
    spanId: body.span_id,
    parentSpanId: body.parent_span_id,
    name: body.name,
    kind: KIND_WORDS.indexOf(body.kind),
    start: body.hr_time.start,
    end: body.hr_time.end,
    attributes: body.attributes as SpanAttributes,
    moments: body.events.map(({ name, hr_time, attributes }) => ({
      name,
      time: hr_time,
      attributes: attributes as SpanAttributes,
    })),
    links: body.links.map(({ trace_id, span_id, attributes }) => ({
      traceId: trace_id,
      spanId: span_id,
      attributes: attributes as SpanAttributes,
    })),
    droppedMoments: 0,
    status: {
      code: Math.max(SPAN_STATUS.unset, STATUS_WORDS.indexOf(status.code)),
      ...status.message === null ? {} : { message: status.message },
    },
    scope: { name: scope.name, ...scope.version === null ? {} : { version: scope.version } },
  };
}
