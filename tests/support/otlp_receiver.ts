/**
 * A real OTLP/HTTP endpoint on loopback: it decodes the protobuf by a parser that shares nothing
 * with the code under test, and answers as a test wants.
 */
import protobuf from "protobufjs";

/** The part of OTLP's schema that is looked at; field numbers from opentelemetry-proto 1.x. */
const SCHEMA = `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
  message Scope { string name = 1; string version = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; repeated Event events = 11; repeated Link links = 13;
    Status status = 15;
  }
  message Event {
    fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3;
  }
  message Link { bytes trace_id = 1; bytes span_id = 2; repeated KeyValue attributes = 4; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message ArrayValue { repeated AnyValue values = 1; }
  message AnyValue {
    oneof value {
      string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
      ArrayValue array_value = 5;
    }
  }
  message Response { PartialSuccess partial_success = 1; }
  message PartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
  `;

const { root } = protobuf.parse(SCHEMA, { keepCase: true });
const REQUEST = root.lookupType("Request");
const RESPONSE = root.lookupType("Response");

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly scope: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** What the endpoint is asked, and what a test makes of it. */
export interface OtlpRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly spans: readonly ReceivedSpan[];
}

/** The endpoint while it runs. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly OtlpRequest[];
  /** Spans of the requests that were answered with 200. */
  readonly spans: readonly ReceivedSpan[];
  /** What is answered from now on; undefined: 200 with an empty message. */
  answer: ((request: OtlpRequest) => Response | Promise<Response>) | undefined;
}

/** Starts an endpoint on a free port, or on the given one. */
export function startOtlpReceiver({ port = 0 }: { readonly port?: number } = {}): OtlpReceiver {
  const requests: OtlpRequest[] = [];
  const spans: ReceivedSpan[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (incoming) => {
      const body = new Uint8Array(await incoming.arrayBuffer());
      const path = new URL(incoming.url).pathname;
      const request = { path, headers: incoming.headers, spans: decodeSpans(body) };
      requests.push(request);
      const response = await receiver.answer?.(request) ?? accepted();
      if (response.status === 200) spans.push(...request.spans);
      return response;
    },
  );
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    spans,
    answer: undefined,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return receiver;
}

/** An answer that takes all, or all but some. */
export function accepted(rejected = 0, message = ""): Response {
  const partial = { partial_success: { rejected_spans: rejected, error_message: message } };
  const body = RESPONSE.encode(RESPONSE.fromObject(rejected > 0 ? partial : {})).finish();
  const headers = { "content-type": "application/x-protobuf" };
  return new Response(new Uint8Array(body), { headers });
}

type Fields = Record<string, unknown>;

/** The spans of a request; throws for bytes that are none. */
export function decodeSpans(body: Uint8Array): ReceivedSpan[] {
  const request = REQUEST.toObject(REQUEST.decode(body), { longs: String }) as Fields;
  return list(request["resource_spans"]).flatMap((group) => {
    const resource = attributesOf((group["resource"] as Fields | undefined)?.["attributes"]);
    return list(group["scope_spans"]).flatMap((scoped) => {
      const scope = String((scoped["scope"] as Fields | undefined)?.["name"] ?? "");
      return list(scoped["spans"]).map((span) => spanOf(span, scope, resource));
    });
  });
}

function spanOf(span: Fields, scope: string, resource: ReceivedSpan["resource"]): ReceivedSpan {
  const status = span["status"] as Fields | undefined;
  return {
    traceId: hex(span["trace_id"]),
    spanId: hex(span["span_id"]),
    parentSpanId: hex(span["parent_span_id"]) || null,
    name: String(span["name"] ?? ""),
    kind: Number(span["kind"] ?? 0),
    start: BigInt(String(span["start_time_unix_nano"] ?? 0)),
    end: BigInt(String(span["end_time_unix_nano"] ?? 0)),
    attributes: attributesOf(span["attributes"]),
    events: list(span["events"]).map((event) => ({
      name: String(event["name"]),
      attributes: attributesOf(event["attributes"]),
    })),
    links: list(span["links"]).map((link) => ({
      traceId: hex(link["trace_id"]),
      spanId: hex(link["span_id"]),
    })),
    status: { code: Number(status?.["code"] ?? 0), message: String(status?.["message"] ?? "") },
    scope,
    resource,
  };
}

function list(value: unknown): Fields[] {
  return (value ?? []) as Fields[];
}

function hex(value: unknown): string {
  return value instanceof Uint8Array ? new Uint8Array(value).toHex() : "";
}

function attributesOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    list(value).map(({ key, value }) => [String(key), valueOf(value as Fields)]),
  );
}

function valueOf(value: Fields): unknown {
  if ("int_value" in value) return Number(value["int_value"]);
  if ("array_value" in value) {
    return list((value["array_value"] as Fields)["values"]).map(valueOf);
  }
  return value["string_value"] ?? value["bool_value"] ?? value["double_value"];
}
