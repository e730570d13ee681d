/**
 * A span as it leaves owllm: plain data in the shape of OpenTelemetry's model, made of our own
 * records or of the stored span of somebody else. Every exporter starts from it.
 */

/** A time as OpenTelemetry has it: whole seconds since 1970, UTC, and nanoseconds. */
export type HrTime = [seconds: number, nanoseconds: number];

/** A value of an attribute. */
export type SpanAttribute =
  | string
  | number
  | boolean
  | readonly (string | number | boolean | null)[];

/** Attributes by name. */
export type SpanAttributes = Readonly<Record<string, SpanAttribute>>;

/** The numbers that OpenTelemetry gives the kinds of spans. */
export const SPAN_KIND = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;

/** The numbers that OpenTelemetry gives to how a span ended. */
export const SPAN_STATUS = { unset: 0, ok: 1, error: 2 } as const;

/** A moment inside of a span. */
export interface SpanMoment {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes: SpanAttributes;
}

/** A span of another place that this one refers to. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: SpanAttributes;
}

/** A span. */
export interface OtelSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** One of {@linkcode SPAN_KIND}. */
  readonly kind: number;
  readonly start: HrTime;
  readonly end: HrTime;
  readonly attributes: SpanAttributes;
  readonly moments: readonly SpanMoment[];
  readonly links: readonly SpanReference[];
  /** Moments that were too many to be told. */
  readonly droppedMoments: number;
  /** Code: one of {@linkcode SPAN_STATUS}. */
  readonly status: { readonly code: number; readonly message?: string };
  /** The library that made it. */
  readonly scope: { readonly name: string; readonly version?: string };
}

/** Seconds, as traces have them, in the form of OpenTelemetry. */
export function hrTime(seconds: number): HrTime {
  // By way of microseconds: a time of today as a float has no more digits than that.
  const us = Math.round(seconds * 1e6);
  const whole = Math.floor(us / 1e6);
  return [whole, (us - whole * 1e6) * 1000];
}

/** The other way. */
export function fromHrTime([seconds, nanoseconds]: HrTime): number {
  return seconds + nanoseconds / 1e9;
}
