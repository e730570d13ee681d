import type { JsonObject, SessionTrace } from "../events.ts";
import { type ForeignSpanBody, spanOfForeign } from "../otel/foreign_span.ts";
import { createResource, type ResourceOptions } from "../otel/resource.ts";
import { createSerializer } from "../otel/serialize.ts";
import { hrTime, type OtelSpan, type SpanMoment } from "../otel/span.ts";
import { eventSpan, placeOf, sessionSpan, stepSpan } from "../otel/spans.ts";
import { type ArchivedSpan, type ArchivedTrace, assembleSession } from "./archive.ts";
import { checked, damagedFile, parsedJson, type Place } from "./damaged.ts";
import { isObject } from "./restore.ts";
import {
  EventSchema,
  type HeadParts,
  HeadSchema,
  MessageSchema,
  SpanSchema,
  type StepParts,
  StepSchema,
} from "./schemas.ts";

/**
 * The attribute that holds a record of owllm whole, as JSON text beginning with what it is. The
 * others tell the same under the names of the conventions, and cut what is long.
 */
const RECORD = "owllm.record";

const KINDS = ["session", "step", "event", "message", "span"] as const;
type Kind = (typeof KINDS)[number];

/** A session as one request of OTLP in JSON, on one line. */
export function toOtlpJson(trace: ArchivedTrace, resource: ResourceOptions): string {
  return createSerializer(createResource(resource)).json(spansOf(trace));
}

function spansOf({ session, pinned, spans }: ArchivedTrace): OtelSpan[] {
  const { time_steps, event_history, message_history, ...head } = session;
  const frame = { messages: [], lastWritten: session.created_at };
  const moments = Map.groupBy(message_history, (message) => message.step_index);
  const momentsOf = (step: number | null): SpanMoment[] =>
    (moments.get(step) ?? []).map((message) => ({
      name: "message",
      time: hrTime(message.time_record.event_time),
      attributes: { [RECORD]: recordText("message", message) },
    }));
  const steps = new Map(time_steps.map((step) => [step.step_index, step] as const));
  return [
    whole(sessionSpan(head, frame), "session", { ...head, pinned }, momentsOf(null)),
    ...time_steps.map(({ events: _, messages: __, ...step }) =>
      whole(
        stepSpan(step, placeOf(head, step), frame),
        "step",
        step,
        momentsOf(step.step_index),
      )
    ),
    ...event_history.map((event) => {
      const step = event.step_index === null ? undefined : steps.get(event.step_index);
      return whole(eventSpan(event, placeOf(head, step)), "event", event, []);
    }),
    ...spans.map((span) => whole(spanOfForeign(span.body as ForeignSpanBody), "span", span, [])),
  ];
}

function whole(span: OtelSpan, kind: Kind, record: unknown, moments: SpanMoment[]): OtelSpan {
  return {
    ...span,
    attributes: { ...span.attributes, [RECORD]: recordText(kind, record) },
    moments: [...span.moments, ...moments],
  };
}

function recordText(kind: Kind, record: unknown): string {
  return JSON.stringify([kind, record]);
}

/** Whether data is a request of OTLP. */
export function isOtlp(data: unknown): data is JsonObject {
  return isObject(data) && Array.isArray(data["resourceSpans"]);
}

/** The session of a request that {@linkcode toOtlpJson} made. */
export function fromOtlpJson(data: JsonObject, place: Place): ArchivedTrace {
  const found: Found = {
    head: undefined,
    pinned: false,
    steps: [],
    events: [],
    messages: [],
    spans: [],
  };
  for (const text of recordTexts(data)) take(text, found, place);
  if (found.head === undefined) {
    throw damagedFile(place, `spans with a session in "${RECORD}", which owllm's own exports have`);
  }
  const { head, pinned, steps, events, messages, spans } = found;
  const inOrder = <T extends { readonly seq: number }>(records: readonly T[]) =>
    records.toSorted((a, b) => a.seq - b.seq);
  const parts = { steps, events: inOrder(events), messages: inOrder(messages) };
  return { session: assembleSession({ ...head, ...parts }), pinned, spans };
}

interface Found {
  head: HeadParts | undefined;
  pinned: boolean;
  readonly steps: StepParts[];
  readonly events: SessionTrace["event_history"][number][];
  readonly messages: SessionTrace["message_history"][number][];
  readonly spans: ArchivedSpan[];
}

function take(text: string, into: Found, place: Place): void {
  const data = parsedJson(text, place, `"${RECORD}"`);
  const [kind, value] = Array.isArray(data) ? data : [];
  switch (kind as Kind | undefined) {
    case "session": {
      const { pinned, ...head } = isObject(value) ? value : {};
      if (into.head !== undefined) throw damagedFile(place, "one session in each request");
      into.head = checked(HeadSchema, head, place, "a session");
      into.pinned = pinned === true;
      return;
    }
    case "step":
      into.steps.push(checked(StepSchema, value, place, "a step"));
      return;
    case "event":
      into.events.push(checked(EventSchema, value, place, "an event"));
      return;
    case "message":
      into.messages.push(checked(MessageSchema, value, place, "a message"));
      return;
    case "span":
      into.spans.push(checked(SpanSchema, value, place, "a span"));
      return;
    case undefined:
    default:
      throw damagedFile(place, `${KINDS.join(", ")} as what "${RECORD}" begins with`);
  }
}

/** The records of all spans and of the moments in them. */
function* recordTexts(data: JsonObject): Generator<string> {
  for (const resource of objects(data["resourceSpans"])) {
    for (const scope of objects(resource["scopeSpans"])) {
      for (const span of objects(scope["spans"])) {
        for (const holder of [span, ...objects(span["events"])]) {
          const attribute = objects(holder["attributes"]).find(({ key }) => key === RECORD);
          const value = isObject(attribute?.["value"])
            ? attribute["value"]["stringValue"]
            : undefined;
          if (typeof value === "string") yield value;
        }
      }
    }
  }
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
