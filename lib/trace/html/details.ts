import type {
  CAISEvent,
  EnvironmentEvent,
  Json,
  LlmCallRecord,
  RuntimeEvent,
  SessionEventMessage,
  SessionTrace,
  Timestep,
  TraceError,
  TraceEvent,
} from "../events.ts";
import type { StoredSpan } from "../store/load.ts";
import { changesBetween } from "./changes.ts";
import type { PageItem, Placed } from "./items.ts";
import type { MessageTable } from "./messages.ts";
import type { Block, TextRef } from "./page_data.ts";
import { tokensOf } from "./rows.ts";
import type { TextTable } from "./texts.ts";

/** Most changes of a state that are listed. */
const MAX_CHANGES = 100;

/** The last second that a `Date` can tell. */
const MAX_SECONDS = 8.64e12;

type Fact = readonly [string, TextRef];

/** Writes what is shown of each row when it is selected. Rows are to be given in order. */
export class DetailWriter {
  constructor(readonly texts: TextTable, readonly messages: MessageTable) {}

  /** The blocks of one row; none of them is empty. */
  write(placed: Placed): Block[] {
    if (placed.session !== undefined) return this.#session(placed.session);
    if (placed.step !== undefined) return this.#step(placed.step);
    return this.#item(placed.item);
  }

  #session(session: SessionTrace): Block[] {
    return [
      ...this.#error(session.error),
      ...this.#facts([
        ["Session", session.session_id],
        ["Kind", session.kind],
        ["Status", session.status],
        ["Began", when(session.created_at)],
        ["Ended", session.ended_at === null ? "" : when(session.ended_at)],
        ["Tags", session.tags.join(", ")],
        ["Trace id", session.trace_id],
      ]),
      ...this.#json("Metadata", session.metadata),
    ];
  }

  #step(step: Timestep): Block[] {
    return [
      ...this.#facts([
        ["Step", step.step_id],
        ["Index", String(step.step_index)],
        ["Turn", String(step.turn_number)],
        ["Began", when(step.started_at)],
        ["Ended", step.completed_at === null ? "no end was recorded" : when(step.completed_at)],
      ]),
      ...this.#json("Metadata", step.metadata),
    ];
  }

  #item(item: PageItem): Block[] {
    switch (item.of) {
      case "event":
        return this.#event(item.event);
      case "message":
        return this.#message(item.message);
      case "span":
        return this.#span(item.span);
    }
  }

  #event(event: TraceEvent): Block[] {
    const own = event.event_type === "cais"
      ? this.#model(event)
      : event.event_type === "runtime"
      ? this.#runtime(event)
      : this.#environment(event);
    return [
      ...this.#error(event.error),
      ...own,
      ...this.#states(event.system_state_before, event.system_state_after),
      ...this.#json("Metadata", event.metadata),
    ];
  }

  #model(event: CAISEvent): Block[] {
    const { input_tokens, output_tokens, total_tokens, cost_usd } = event;
    const [first] = event.call_records;
    return [
      ...this.#facts([
        ["System", event.system_instance_id],
        ["Model", event.model_name ?? ""],
        ["Provider", event.provider ?? ""],
        ["Tokens read", known(input_tokens)],
        ["Tokens written", known(output_tokens)],
        ["Tokens in all", known(total_tokens)],
        ["Tokens/s", known(tokensOf(event).rate ?? null)],
        ["Cost", cost_usd === null ? "" : `$${cost_usd}`],
        ["Ended by", first?.finish_reason ?? ""],
      ]),
      ...event.call_records.flatMap((call, index) => this.#call(call, event, index)),
    ];
  }

  #call(call: LlmCallRecord, event: CAISEvent, index: number): Block[] {
    const several = event.call_records.length > 1;
    const of = several ? ` of request ${index + 1}` : "";
    const { texts } = this;
    const error: TraceError | null = call.error ? { type: "Model", message: call.error } : null;
    return [
      ...(call.error === event.error?.message ? [] : this.#error(error)),
      this.messages.request(`Messages${of}`, call.input_messages),
      ...this.messages.answer(`Answer${of}`, call),
      ...this.#json(`Settings${of}`, call.request_params, true),
      ...(call.tools === undefined || call.tools.length === 0 ? [] : [{
        type: "text" as const,
        title: `Tools that were offered${of} (${call.tools.length})`,
        text: texts.ref(JSON.stringify(call.tools)),
        json: true as const,
        closed: true as const,
      }]),
      ...this.#json(`Metadata${of}`, call.metadata ?? {}, true),
    ];
  }

  #runtime({ tool, actions, system_instance_id }: RuntimeEvent): Block[] {
    const system = this.#facts([["System", system_instance_id], ["Call", tool?.call_id ?? ""]]);
    if (tool === null) return [...system, ...this.#json("Actions", actions)];
    return [
      ...system,
      { type: "text", title: "Arguments", text: this.texts.ref(tool.arguments_json), json: true },
      ...(tool.result === null
        ? []
        : [{ type: "text" as const, title: "Result", text: this.texts.ref(tool.result) }]),
    ];
  }

  #environment(event: EnvironmentEvent): Block[] {
    const ended = event.terminated ? "terminated" : event.truncated ? "truncated" : "";
    return this.#facts([
      ["System", event.system_instance_id],
      ["Reward", String(event.reward)],
      ["Episode", ended],
    ]);
  }

  #message(
    { source_id, target_id, message_type, content, metadata }: SessionEventMessage,
  ): Block[] {
    const text = typeof content === "string";
    return [
      ...this.#facts([["From", source_id], ["To", target_id], ["Type", message_type]]),
      {
        type: "text",
        title: "Content",
        text: this.texts.ref(text ? content : JSON.stringify(content)),
        ...(text ? {} : { json: true }),
      },
      ...this.#json("Metadata", metadata),
    ];
  }

  #span({ body }: StoredSpan): Block[] {
    const { name, kind, status, attributes, events, links, scope } = body;
    const { code, message } = (status ?? {}) as Readonly<Record<string, Json>>;
    const failed = code === "error" ? { type: "Span", message: String(message ?? "") } : null;
    return [
      ...this.#error(failed),
      ...this.#facts([["Span", String(name)], ["Kind", String(kind ?? "")]]),
      ...this.#json("Attributes", attributes ?? null),
      ...this.#json("Events", events ?? null),
      ...this.#json("Links", links ?? null),
      ...this.#json("Made by", scope ?? null, true),
    ];
  }

  #error(error: TraceError | null): Block[] {
    if (error === null) return [];
    return [{ type: "error", kind: error.type, message: this.texts.ref(error.message) }];
  }

  #facts(facts: readonly (readonly [string, string])[]): Block[] {
    const known = facts.filter(([, value]) => value !== "")
      .map(([label, value]): Fact => [label, this.texts.ref(value)]);
    return known.length === 0 ? [] : [{ type: "facts", facts: known }];
  }

  #json(title: string, value: Json, closed = false): Block[] {
    if (isEmpty(value)) return [];
    const text = this.texts.ref(JSON.stringify(value));
    return [{ type: "text", title, text, json: true, ...(closed ? { closed } : {}) }];
  }

  #states(before: Json, after: Json): Block[] {
    if (before === null && after === null) return [];
    const { changes, more } = changesBetween(before, after, MAX_CHANGES);
    const ref = (value: Json | undefined) =>
      value === undefined ? null : this.texts.ref(JSON.stringify(value));
    const listed = changes.map(({ path, before, after }) => ({
      path,
      before: ref(before),
      after: ref(after),
    }));
    return [
      // From nothing to a state, or back, the state itself says it all.
      ...(before === null || after === null
        ? []
        : [{ type: "changes" as const, changes: listed, more }]),
      ...this.#json("State before", before, after !== null),
      ...this.#json("State after", after, before !== null),
    ];
  }
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function known(count: number | null): string {
  return count === null ? "" : count.toLocaleString("en");
}

/** `2026-11-21 10:35:07.250 UTC`; empty for a number that is no date. */
function when(seconds: number): string {
  if (!(Math.abs(seconds) < MAX_SECONDS)) return "";
  return `${new Date(seconds * 1000).toISOString().slice(0, 23).replace("T", " ")} UTC`;
}
