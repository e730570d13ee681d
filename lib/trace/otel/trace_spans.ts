import type { StoredTrace } from "../store/load.ts";
import { type ForeignSpanBody, spanOfForeign } from "./foreign_span.ts";
import type { ResourceOptions } from "./resource.ts";
import type { OtelSpan } from "./span.ts";
import { eventSpan, placeOf, sessionSpan, stepSpan } from "./spans.ts";

/**
 * All spans of a whole session, the same that an endpoint is sent: its own, those of its steps and
 * events, and those of others. A session of kind `spans` only holds what others made.
 */
export function spansOfTrace({ record, session, spans }: StoredTrace): OtelSpan[] {
  const lastWritten = record.updatedUs / 1e6;
  const steps = session.time_steps;
  const loose = session.message_history.filter((message) => message.step_index === null);
  return [
    ...session.kind === "spans" ? [] : [sessionSpan(session, { messages: loose, lastWritten })],
    ...steps.map((step) =>
      stepSpan(step, placeOf(session, undefined), { messages: step.messages, lastWritten })
    ),
    ...session.event_history.map((event) => {
      const step = event.step_index === null ? undefined : steps[event.step_index];
      return eventSpan(event, placeOf(session, step));
    }),
    ...spans.map(({ body }) => spanOfForeign(body as ForeignSpanBody)),
  ];
}

/** A whole session as one request in the JSON of OTLP. */
export async function otlpJson(trace: StoredTrace, options: ResourceOptions): Promise<string> {
  const [{ createSerializer }, { createResource }] = await Promise.all([
    import("./serialize.ts"),
    import("./resource.ts"),
  ]);
  return createSerializer(createResource(options)).json(spansOfTrace(trace));
}
