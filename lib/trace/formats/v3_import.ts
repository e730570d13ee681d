import { createHash } from "node:crypto";
import type { Json, JsonObject, SessionEventMessage, Timestep, TraceEvent } from "../events.ts";
import { type ArchivedTrace, assembleSession } from "./archive.ts";
import { checked, damagedFile, type Place } from "./damaged.ts";
import { parseDate } from "./python_dates.ts";
import { adopted, canonical, FOREIGN, isObject } from "./restore.ts";
import { HeadSchema } from "./schemas.ts";
import { STEP_ONLY } from "./v3.ts";
import { eventIn, messageIn } from "./v3_records.ts";
import { fromOwnV3, isOwnV3 } from "./v3_own.ts";

/** The lists of a v3 trace that hold records. */
const LISTS = ["session_time_steps", "event_history", "markov_blanket_message_history"] as const;

/** Whether data looks like a v3 trace, or an answer with one in it. */
export function v3In(data: unknown): JsonObject | undefined {
  if (!isObject(data)) return undefined;
  if (LISTS.some((key) => Array.isArray(data[key]))) return data;
  const inner = data["trace"];
  return isObject(inner) && LISTS.some((key) => Array.isArray(inner[key])) ? inner : undefined;
}

/**
 * A session of a v3 trace. What v3 does not have is derived from the session's id, so that the same
 * trace is the same session wherever it is imported.
 */
export function fromV3(document: JsonObject, place: Place): ArchivedTrace {
  const id = document["session_id"];
  if (typeof id !== "string" || id === "") throw damagedFile(place, 'a text as "session_id"');
  if (isOwnV3(document)) return fromOwnV3(document, place);
  const steps = listOf(document, "session_time_steps", place);
  const events = inOrder(listOf(document, "event_history", place), steps, "events", place);
  const messages = inOrder(
    listOf(document, "markov_blanket_message_history", place),
    steps,
    "markov_blanket_messages",
    place,
  );
  const ids = (what: string) => createHash("sha256").update(`${id}\n${what}`).digest("hex");
  const parts = numbered(events, messages, place);
  const read = {
    events: parts.events.map(({ seq, record, stepIndex, listed }): TraceEvent =>
      marked(
        eventIn(record, { seq, stepIndex, spanId: ids(`event ${seq}`).slice(0, 16) }, place),
        listed,
      )
    ),
    messages: parts.messages.map(({ seq, record, stepIndex, listed }): SessionEventMessage =>
      marked(messageIn(record, { seq, stepIndex }, place), listed)
    ),
  };
  const stepParts = steps.map((step, index) => stepIn(step, index, ids(`step ${index}`), place));
  const times = [
    ...stepParts.flatMap((
      { started_at, completed_at },
    ) => [started_at, completed_at ?? started_at]),
    ...read.events.map((event) => event.time_record.event_time),
    ...read.messages.map((message) => message.time_record.event_time),
  ].filter((time) => time > 0);
  const created = dateOf(document["created_at"], "created_at", place);
  const created_at = created ?? times.reduce((a, b) => Math.min(a, b), times[0] ?? 0);
  const head = checked(
    HeadSchema,
    {
      session_id: id,
      kind: "rollout",
      created_at,
      ended_at: times.reduce((a, b) => Math.max(a, b), created_at),
      status: "ok",
      error: null,
      metadata: headMetadata(document),
      tags: [],
      trace_id: ids("trace").slice(0, 32),
      span_id: ids("session").slice(0, 16),
    },
    place,
    "a session",
  );
  return {
    session: assembleSession({ ...head, steps: stepParts, ...read }),
    pinned: false,
    spans: [],
  };
}

/** A record of a history or step, and where it stands. */
interface Placed {
  readonly record: JsonObject;
  readonly stepIndex: number | null;
  /** False for one that only its step has. */
  readonly listed: boolean;
}

function listOf(of: JsonObject, key: string, place: Place): JsonObject[] {
  const list = of[key] ?? [];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw damagedFile(place, `a list of objects as "${key}"`);
}

/** Records stand in a history and in their step: those are one. */
function inOrder(
  history: readonly JsonObject[],
  steps: readonly JsonObject[],
  key: string,
  place: Place,
): Placed[] {
  const unmatched = new Map<string, { record: JsonObject; stepIndex: number }[]>();
  for (const [stepIndex, step] of steps.entries()) {
    for (const record of listOf(step, key, place)) {
      const text = canonical(record);
      const same = unmatched.get(text);
      if (same === undefined) unmatched.set(text, [{ record, stepIndex }]);
      else same.push({ record, stepIndex });
    }
  }
  const listed = history.map((record): Placed => {
    const stepIndex = unmatched.get(canonical(record))?.shift()?.stepIndex ?? null;
    return { record, stepIndex, listed: true };
  });
  const rest = [...unmatched.values()].flat().map((one): Placed => ({ ...one, listed: false }));
  return [...listed, ...rest.toSorted((a, b) => (a.stepIndex ?? 0) - (b.stepIndex ?? 0))];
}

interface Numbered extends Placed {
  readonly seq: number;
}

/** Events and messages in one order, by their times; each list keeps its own. */
function numbered(
  events: readonly Placed[],
  messages: readonly Placed[],
  place: Place,
): { readonly events: readonly Numbered[]; readonly messages: readonly Numbered[] } {
  const time = ({ record }: Placed) => {
    const { event_time = null } = isObject(record["time_record"]) ? record["time_record"] : {};
    return typeof event_time === "number"
      ? event_time
      : dateOf(event_time, "time_record.event_time", place) ?? 0;
  };
  const result = { events: [] as Numbered[], messages: [] as Numbered[] };
  let seq = 0;
  for (const event of events) {
    const at = time(event);
    for (
      let next = messages[result.messages.length];
      next !== undefined && time(next) <= at;
      next = messages[result.messages.length]
    ) result.messages.push({ ...next, seq: seq++ });
    result.events.push({ ...event, seq: seq++ });
  }
  for (const rest of messages.slice(result.messages.length)) {
    result.messages.push({ ...rest, seq: seq++ });
  }
  return result;
}

function marked<T extends object>(record: T, listed: boolean): T {
  return listed ? record : { ...record, [STEP_ONLY]: true };
}

/** A date of the document in seconds; undefined where there is none. */
export function dateOf(value: Json | undefined, key: string, place: Place): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number") return value;
  const seconds = typeof value === "string" ? parseDate(value) : undefined;
  if (seconds !== undefined) return seconds;
  throw damagedFile(place, `a date as Python's repr or ISO 8601 as "${key}"`);
}

/** The metadata with all else that the trace says of itself. */
function headMetadata(document: JsonObject): JsonObject {
  const empty = LISTS.filter((key) => Object.hasOwn(document, key)).map((key) =>
    [key, []] as const
  );
  return withRest({ ...document, ...Object.fromEntries(empty) }, "metadata");
}

/** The object of a field, and beside it, as foreign, the fields that stand around it. */
function withRest(around: JsonObject, field: string): JsonObject {
  const inner = around[field];
  const usable = isObject(inner) && !Object.hasOwn(inner, FOREIGN) ? inner : {};
  const { [FOREIGN]: mark = null } = adopted(around, { [field]: usable });
  const was = isObject(mark) && isObject(mark["was"]) ? mark["was"] : {};
  const { [field]: _, ...rest } = around;
  return { ...usable, [FOREIGN]: { ...mark as JsonObject, was: { ...rest, ...was } } };
}

type StepParts = Omit<Timestep, "events" | "messages">;

function stepIn(step: JsonObject, index: number, id: string, place: Place): StepParts {
  const { step_id, turn_number } = step;
  const empty = ["events", "markov_blanket_messages"]
    .filter((key) => Object.hasOwn(step, key)).map((key) => [key, []] as const);
  const at = `session_time_steps.${index}`;
  return {
    step_id: typeof step_id === "string" ? step_id : `step_${index}`,
    step_index: index,
    turn_number: typeof turn_number === "number" ? Math.trunc(turn_number) : index,
    started_at: dateOf(step["timestamp"], `${at}.timestamp`, place) ?? 0,
    completed_at: dateOf(step["completed_at"], `${at}.completed_at`, place) ?? null,
    metadata: withRest({ ...step, ...Object.fromEntries(empty) }, "step_metadata"),
    span_id: id.slice(0, 16),
  };
}
