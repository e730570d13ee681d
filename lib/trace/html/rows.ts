import type {
  CAISEvent,
  JsonObject,
  LlmCallRecord,
  RuntimeEvent,
  SessionTrace,
  Timestep,
  TraceEvent,
} from "../events.ts";
import type { StoredTrace } from "../store/load.ts";
import { textOf } from "../store/words.ts";
import type { PageItem, Placed } from "./items.ts";
import type { PageRow, RowKind } from "./page_data.ts";

/** Longest line about a row, in UTF-16 units. */
const MAX_LINE = 160;
const MAX_NAME = 80;

/** A row without its place in the tree and in time. */
type Own = Omit<PageRow, "depth" | "at" | "ms" | "open">;

/** When the last thing of a trace happened, in seconds since 1970. */
export function endOf({ session }: StoredTrace, placed: readonly Placed[]): number {
  const ends = placed.map((one) => {
    if (one.session !== undefined) return one.session.ended_at ?? one.session.created_at;
    if (one.step !== undefined) return one.step.completed_at ?? one.step.started_at;
    return one.item.start + (one.item.ms ?? 0) / 1000;
  });
  return ends.reduce((last, end) => Math.max(last, end), session.created_at);
}

/** The line of the waterfall for each of these. `end` is that of {@linkcode endOf}. */
export function rowsOf(placed: readonly Placed[], begin: number, end: number): PageRow[] {
  return placed.map((one) => {
    const { depth } = one;
    if (one.session !== undefined) {
      const open = one.session.ended_at === null;
      const span = spanning(begin, open ? end : one.session.ended_at, begin, open);
      return { ...ofSession(one.session), depth, ...span };
    }
    if (one.step !== undefined) {
      const { started_at, completed_at } = one.step;
      const open = completed_at === null;
      return {
        ...ofStep(one.step),
        depth,
        ...spanning(started_at, completed_at ?? end, begin, open),
      };
    }
    const { item } = one;
    const at = rounded((item.start - begin) * 1000);
    return { ...ofItem(item), depth, at, ...(item.ms === null ? {} : { ms: rounded(item.ms) }) };
  });
}

function spanning(start: number, end: number, begin: number, open: boolean) {
  const at = rounded((start - begin) * 1000);
  const ms = rounded(Math.max(0, end - start) * 1000);
  return { at, ms, ...(open ? { open: true as const } : {}) };
}

/** Microseconds are as fine as it is stored. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function ofSession(session: SessionTrace): Own {
  const { task } = session.metadata;
  const line = typeof task === "string" ? oneLine(task) : "";
  const name = `Session: ${session.kind}`;
  return { id: "session", kind: "session", name, line, ...failure(session.status === "error") };
}

function ofStep(step: Timestep): Own {
  const failed = step.events.some(({ error }) => error !== null);
  const name = shortName(step.step_id);
  return { id: `step-${step.step_index}`, kind: "step", name, line: "", ...failure(failed) };
}

function ofItem(item: PageItem): Own {
  switch (item.of) {
    case "event":
      return ofEvent(item.event);
    case "message": {
      const { seq, message_type, source_id, target_id, content } = item.message;
      const way = [source_id, target_id].filter(Boolean).join(" → ");
      const line = oneLine([way, plain(content)].filter(Boolean).join(": "));
      return { id: `seq-${seq}`, kind: "message", name: shortName(message_type), line };
    }
    case "span": {
      const { name, status, scope } = item.span.body;
      const failed = (status as JsonObject | null)?.["code"] === "error";
      const line = oneLine(plain((scope as JsonObject | null)?.["name"] ?? ""));
      const id = `span-${item.span.entryId}`;
      return { id, kind: "span", name: shortName(plain(name ?? "")), line, ...failure(failed) };
    }
  }
}

function ofEvent(event: TraceEvent): Own {
  const own = { id: `seq-${event.seq}`, ...failure(event.error !== null) };
  const said = event.error === null ? "" : `${event.error.type}: ${event.error.message}`;
  const named = (kind: RowKind, name: string, line: string): Own => ({
    ...own,
    kind,
    name: shortName(name),
    line: oneLine(said || line),
  });
  switch (event.event_type) {
    case "cais":
      return {
        ...named("model", event.model_name ?? event.system_instance_id, modelLine(event)),
        ...tokensOf(event),
      };
    case "runtime": {
      const { tool, actions } = event;
      if (tool !== null) return named("tool", tool.name, toolLine(tool));
      return named("action", event.system_instance_id, actions.map(plain).join(", "));
    }
    case "environment": {
      const ended = event.terminated ? " · terminated" : event.truncated ? " · truncated" : "";
      const line = `reward ${event.reward}${ended}`;
      return named("environment", event.system_instance_id, line);
    }
  }
}

function failure(failed: boolean): { readonly failed?: true } {
  return failed ? { failed } : {};
}

/** What a model answered, or which tools it asked for. */
function modelLine({ call_records }: CAISEvent): string {
  return call_records.map((call: LlmCallRecord) => {
    const calls = call.output_tool_calls.map(({ name, arguments_json }) =>
      `${name} ${arguments_json.slice(0, MAX_LINE)}`
    );
    const text = call.output_messages.map((message) => textOf(message).slice(0, MAX_LINE));
    return [...calls, ...text].filter(Boolean).join(" · ");
  }).join(" · ");
}

function toolLine({ arguments_json, result }: NonNullable<RuntimeEvent["tool"]>): string {
  const answer = result === null ? "" : ` → ${result.slice(0, MAX_LINE)}`;
  return `${arguments_json.slice(0, MAX_LINE)}${answer}`;
}

/** Tokens of a model event and how fast they were written. */
export function tokensOf(event: CAISEvent): Pick<PageRow, "read" | "wrote" | "rate"> {
  const { input_tokens, output_tokens, latency_ms, metadata } = event;
  const decode = metadata["decode_ms"];
  const ms = typeof decode === "number" ? decode : latency_ms ?? 0;
  return {
    ...(input_tokens === null ? {} : { read: input_tokens }),
    ...(output_tokens === null ? {} : { wrote: output_tokens }),
    ...(output_tokens === null || ms <= 0
      ? {}
      : { rate: Math.round(output_tokens / ms * 10_000) / 10 }),
  };
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function oneLine(text: string): string {
  const line = text.slice(0, 4 * MAX_LINE).replaceAll(/\s+/g, " ").trim();
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE - 1)}…`;
}

function shortName(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`;
}
