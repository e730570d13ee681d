import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { TraceFlags } from "@opentelemetry/api";
import type { OtelSpan } from "./span.ts";

/**
 * Turns spans into OTLP by the library's serializer. Its exporter is not used: that one sends what
 * it has in memory and forgets it, while here a row may leave the outbox only when its own request
 * was acknowledged, a redirect is refused, and nothing is read from the environment behind our back.
 */
export interface OtlpSerializer {
  /** A request in protobuf. */
  protobuf(spans: readonly OtelSpan[]): Uint8Array<ArrayBuffer>;
  /** The same as the JSON of OTLP. */
  json(spans: readonly OtelSpan[]): string;
}

/** A serializer for spans of one resource. */
export function createSerializer(resource: Resource): OtlpSerializer {
  return {
    protobuf(spans) {
      const bytes = ProtobufTraceSerializer.serializeRequest(readable(spans, resource));
      return new Uint8Array(bytes ?? []);
    },
    json(spans) {
      const bytes = JsonTraceSerializer.serializeRequest(readable(spans, resource));
      return new TextDecoder().decode(bytes);
    },
  };
}

/** What an endpoint said about the spans that it did not take, in an answer with status 200. */
export function rejectionOf(
  answer: Uint8Array,
): { readonly spans: number; readonly message: string } | undefined {
  const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(answer);
  const spans = Number(partialSuccess?.rejectedSpans ?? 0);
  return spans > 0 ? { spans, message: partialSuccess?.errorMessage ?? "" } : undefined;
}

/** The library's own form. It groups by the identity of resource and scope. */
function readable(spans: readonly OtelSpan[], resource: Resource): ReadableSpan[] {
  const scopes = new Map<string, OtelSpan["scope"]>();
  return spans.map((span) => {
    const key = `${span.scope.name}\n${span.scope.version ?? ""}`;
    if (!scopes.has(key)) scopes.set(key, span.scope);
    const context = (traceId: string, spanId: string) => ({
      traceId,
      spanId,
      traceFlags: TraceFlags.SAMPLED,
    });
    const own = context(span.traceId, span.spanId);
    return {
      name: span.name,
      kind: span.kind,
      spanContext: () => own,
      ...span.parentSpanId === null
        ? {}
        : { parentSpanContext: context(span.traceId, span.parentSpanId) },
      startTime: span.start,
      endTime: span.end,
      duration: [0, 0],
      ended: true,
      status: span.status,
      attributes: span.attributes as ReadableSpan["attributes"],
      events: span.moments.map(({ name, time, attributes }) => ({
        name,
        time,
        attributes: attributes as ReadableSpan["attributes"],
      })),
      links: span.links.map(({ traceId, spanId, attributes }) => ({
        context: context(traceId, spanId),
        attributes: attributes as ReadableSpan["attributes"],
      })),
      resource,
      instrumentationScope: scopes.get(key) ?? span.scope,
      droppedAttributesCount: 0,
      droppedEventsCount: span.droppedMoments,
      droppedLinksCount: 0,
    };
  });
}
