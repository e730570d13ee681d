import type { TraceEntryRecord, TracesTable } from "../../state/mod.ts";
import type {
  CAISEvent,
  Json,
  JsonObject,
  LlmMessage,
  RuntimeEvent,
  SessionEventMessage,
  TraceError,
} from "../events.ts";
import { type Clip, clipEntries } from "./clip.ts";
import { matchOf, parseSearch } from "./search_terms.ts";
import { type SearchedText, type Snippet, snippetOf } from "./snippet.ts";

/** The index has no more of a field; see the collector of words in the store. */
const MAX_INDEXED = 100_000;

/** Something that was found. */
export interface SearchHit {
  readonly session_id: string;
  readonly step_index: number | null;
  readonly entry_id: number;
  readonly kind: TraceEntryRecord["kind"];
  /** The model, tool, message type or span name. */
  readonly name: string;
  /** Seconds since 1970, UTC. */
  readonly started_at: number;
  readonly failed: boolean;
  /** Lower is better; 0 where only time decided. */
  readonly rank: number;
  /** Null where the index has read a word in another way than we do. */
  readonly snippet: Snippet | null;
}

/** What a search found. */
export interface SearchFound {
  readonly hits: readonly SearchHit[];
  /** All matches, as far as they were counted. */
  readonly matches: number;
  /** More match than were counted; of those, the newest were looked at. */
  readonly more: boolean;
}

/** What {@linkcode searchEvents} takes. */
export interface SearchOptions {
  readonly limit: number;
  readonly sessionId?: string | undefined;
  /** Length of a snippet in UTF-16 units. */
  readonly width: number;
}

/**
 * Finds events, messages and spans by the words in them.
 *
 * @throws {@linkcode OwllmError} `usage` when nothing that was typed is a word
 */
export function searchEvents(
  traces: TracesTable,
  typed: string,
  { limit, sessionId, width }: SearchOptions,
): SearchFound {
  const terms = parseSearch(typed);
  const { hits, matches, more } = traces.search(terms.map(matchOf), { limit, sessionId });
  const { entries, clip } = clipEntries(traces, hits.map(({ entry }) => entry), MAX_INDEXED);
  return {
    matches,
    more,
    hits: entries.map(({ entry, value }, index) => ({
      session_id: entry.sessionId,
      step_index: entry.stepIndex,
      entry_id: entry.id,
      kind: entry.kind,
      name: entry.name,
      started_at: entry.startUs / 1e6,
      failed: entry.failed,
      rank: hits[index]?.rank ?? 0,
      snippet: snippetOf(textsOf(entry, value, clip), terms, width) ?? null,
    })),
  };
}

/** The texts of an entry that the index has, in the order in which they were said. */
function textsOf(
  entry: TraceEntryRecord,
  value: Json,
  clip: (value: unknown) => Clip,
): SearchedText[] {
  const texts: SearchedText[] = [];
  const add = (field: SearchedText["field"], text: unknown) =>
    texts.push({ field, text: clip(text).text });
  const addMessages = (field: SearchedText["field"], messages: readonly LlmMessage[]) =>
    messages.flatMap(({ parts }) => parts).forEach((part) => add(field, part.text));
  if (entry.kind === "message") {
    const { content } = value as unknown as SessionEventMessage;
    for (const text of stringsIn(content)) add("prompt", text);
  } else if (entry.kind === "span") {
    addSpan(value as unknown as SpanBody, add);
  } else if (entry.kind === "cais") {
    for (const call of (value as unknown as CAISEvent).call_records) {
      addMessages("prompt", call.input_messages);
      for (const tool of call.output_tool_calls) addTool(tool, clip, add);
      addMessages("result", call.output_messages);
    }
  } else if (entry.kind === "runtime") {
    const { tool } = value as unknown as RuntimeEvent;
    if (tool !== null) {
      addTool(tool, clip, add);
      add("result", tool.result);
    }
  }
  const { error = null } = value as { readonly error?: TraceError | null };
  if (error !== null) add("error", `${error.type} ${clip(error.message).text}`);
  return texts;
}

/** What is searched in a foreign span. */
interface SpanBody {
  readonly name: string;
  readonly attributes: JsonObject;
  readonly events: readonly { readonly attributes: JsonObject }[];
  readonly status: { readonly message: Json };
}

function addSpan(
  { name, attributes, events, status }: SpanBody,
  add: (field: SearchedText["field"], text: unknown) => void,
): void {
  add("prompt", name);
  for (const [key, value] of Object.entries(attributes)) {
    // As the store tells what was asked from what came back.
    for (const text of stringsIn(value)) add(/output|result/.test(key) ? "result" : "prompt", text);
  }
  add("error", status.message);
  for (const event of events) add("error", event.attributes["exception.message"]);
}

function addTool(
  tool: { readonly name: string; readonly arguments_json: string },
  clip: (value: unknown) => Clip,
  add: (field: SearchedText["field"], text: unknown) => void,
): void {
  add("tool", `${tool.name} ${clip(tool.arguments_json).text}`);
}

/** All texts in a value, those that are kept apart as their references. */
function stringsIn(value: Json): unknown[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  if ("$content" in value) return [value];
  return Object.values(value).flatMap(stringsIn);
}
