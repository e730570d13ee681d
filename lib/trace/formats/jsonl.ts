import type { SessionTrace } from "../events.ts";
import {
  type ArchivedSpan,
  type ArchivedTrace,
  assembleSession,
  isEvent,
  recordsOf,
} from "./archive.ts";
import { checked, damagedFile, parsedJson, type Place } from "./damaged.ts";
import {
  EventSchema,
  type HeadParts,
  HeadSchema,
  MessageSchema,
  SpanSchema,
  type StepParts,
  StepSchema,
} from "./schemas.ts";

/** What a line can hold. A session's line is followed by those of its records and an end. */
const RECORDS = ["session", "step", "event", "message", "span", "end"] as const;

/** One line of the format: `{"record":"event","value":{…}}`. */
interface Line {
  readonly record: (typeof RECORDS)[number];
  readonly value: unknown;
}

/** The lines of a session, each with its line feed. */
export function* jsonlLines(trace: ArchivedTrace): Generator<string> {
  const { session, pinned, spans } = trace;
  const { time_steps, event_history: _, message_history: __, ...head } = session;
  const line = (record: Line["record"], value: unknown) =>
    `${JSON.stringify({ record, value } satisfies Line)}\n`;
  yield line("session", { ...head, pinned });
  for (const { events: _, messages: __, ...step } of time_steps) yield line("step", step);
  for (const record of recordsOf(session)) {
    yield line(isEvent(record) ? "event" : "message", record);
  }
  for (const span of spans) yield line("span", span);
  yield line("end", session.session_id);
}

/** Whether a first line begins such a file. */
export function isJsonl(firstLine: string): boolean {
  return /^\s*\{\s*"record"\s*:\s*"session"\s*,/.test(firstLine);
}

/** The sessions of lines, each as soon as its last line was read. */
export async function* jsonlTraces(
  lines: AsyncIterable<string>,
  file: string,
): AsyncGenerator<ArchivedTrace> {
  let open: Gathering | undefined;
  let number = 0;
  for await (const text of lines) {
    const place = { file, line: ++number };
    if (text.trim() === "") continue;
    const { record, value } = lineOf(text, place);
    if (record === "session") {
      if (open !== undefined) {
        throw damagedFile(place, `the end of "${open.head.session_id}" first`);
      }
      open = begin(value, place);
    } else if (open === undefined) {
      throw damagedFile(place, `a session's line before its ${record}`);
    } else if (record === "end") {
      if (value !== open.head.session_id) {
        throw damagedFile(place, `the end of "${open.head.session_id}"`);
      }
      yield finished(open);
      open = undefined;
    } else gather(open, record, value, place);
  }
  if (open !== undefined) {
    throw damagedFile({ file, line: number + 1 }, `the rest of "${open.head.session_id}"`);
  }
}

interface Gathering {
  readonly head: HeadParts;
  readonly pinned: boolean;
  readonly steps: StepParts[];
  readonly events: SessionTrace["event_history"][number][];
  readonly messages: SessionTrace["message_history"][number][];
  readonly spans: ArchivedSpan[];
}

function lineOf(text: string, place: Place): Line {
  const expected = `{"record":${RECORDS.map((name) => `"${name}"`).join("|")},"value":…}`;
  const line = parsedJson(text, place, expected);
  if (line !== null && typeof line === "object" && "record" in line && "value" in line) {
    if ((RECORDS as readonly unknown[]).includes(line.record)) return line as Line;
  }
  throw damagedFile(place, expected);
}

function begin(value: unknown, place: Place): Gathering {
  const { pinned, ...fields } = (value ?? {}) as Record<string, unknown>;
  const head = checked(HeadSchema, fields, place, "a session");
  return { head, pinned: pinned === true, steps: [], events: [], messages: [], spans: [] };
}

function gather(
  into: Gathering,
  record: "step" | "event" | "message" | "span",
  value: unknown,
  place: Place,
): void {
  if (record === "step") into.steps.push(checked(StepSchema, value, place, "a step"));
  else if (record === "event") into.events.push(checked(EventSchema, value, place, "an event"));
  else if (record === "span") into.spans.push(checked(SpanSchema, value, place, "a span"));
  else into.messages.push(checked(MessageSchema, value, place, "a message"));
}

function finished({ head, pinned, steps, events, messages, spans }: Gathering): ArchivedTrace {
  return { session: assembleSession({ ...head, steps, events, messages }), pinned, spans };
}
