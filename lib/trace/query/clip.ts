import { createHash } from "node:crypto";
import type { TraceContentHead, TraceEntryRecord, TracesTable } from "../../state/mod.ts";
import type { Json, JsonObject } from "../events.ts";
import { referencesOf, unpack } from "../store/pack.ts";

/** A text, or its beginning. */
export interface Clip {
  readonly text: string;
  /** Size of the whole in UTF-8 bytes where `text` is only its beginning; else null. */
  readonly cut_from: number | null;
  /** The same for the same whole texts, where `text` is only its beginning; else null. */
  readonly fingerprint: string | null;
}

/** The whole of a text. */
export function whole(text: string): Clip {
  return { text, cut_from: null, fingerprint: null };
}

/** Entries with their long texts cut, so that reading them costs nothing near their size. */
export interface ClippedEntries {
  readonly entries: readonly { readonly entry: TraceEntryRecord; readonly value: Json }[];
  /** The text at a place of a body: itself, or the beginning that stands for a long one. */
  clip(value: unknown): Clip;
  /** Data with the beginnings of its long texts in their places. */
  data(value: JsonObject): JsonObject;
}

/** What reads a body's texts. */
export type Clipper = Pick<ClippedEntries, "clip" | "data">;

/** Reads the bodies of entries; of each text at most `characters`, or all when undefined. */
export function clipEntries(
  traces: TracesTable,
  records: readonly TraceEntryRecord[],
  characters: number | undefined,
): ClippedEntries {
  const hashes = [...new Set(records.flatMap(({ body }) => referencesOf(body)))];
  const texts = characters === undefined && hashes.length > 0
    ? traces.contents(hashes)
    : new Map<string, string>();
  const heads = characters !== undefined && hashes.length > 0
    ? traces.contentHeads(hashes, characters)
    : new Map<string, TraceContentHead>();
  return {
    entries: records.map((entry) => ({ entry, value: unpack(entry.body, texts) })),
    clip: (value) => clipOf(value, heads, characters ?? Infinity),
    data: (value) => heads.size === 0 ? value : withHeads(value, heads),
  };
}

function clipOf(
  value: unknown,
  heads: ReadonlyMap<string, TraceContentHead>,
  characters: number,
): Clip {
  if (value === null || value === undefined) return whole("");
  const content = headOf(value, heads);
  if (content !== undefined) {
    const { head, bytes } = content;
    if (bytes <= utf8Length(head)) return whole(head);
    return { text: head, cut_from: bytes, fingerprint: contentHash(value) ?? null };
  }
  // Bytes of long texts inside of data, of which only the beginnings are here.
  let missing = 0;
  const text = typeof value === "string" ? value : JSON.stringify(value, (_key, item) => {
    const inner = headOf(item, heads);
    if (inner === undefined) return item;
    missing += inner.bytes - utf8Length(inner.head);
    return inner.head;
  });
  if (text.length <= characters && missing === 0) return whole(text);
  return {
    text: text.slice(0, characters),
    cut_from: utf8Length(text) + missing,
    // The references in data are hashes themselves.
    fingerprint: createHash("sha256").update(JSON.stringify(value)).digest("hex"),
  };
}

function headOf(
  value: unknown,
  heads: ReadonlyMap<string, TraceContentHead>,
): TraceContentHead | undefined {
  const hash = contentHash(value);
  return hash === undefined ? undefined : heads.get(hash);
}

function withHeads(
  value: JsonObject,
  heads: ReadonlyMap<string, TraceContentHead>,
): JsonObject {
  return JSON.parse(JSON.stringify(value, (_key, item) => {
    const content = headOf(item, heads);
    return content === undefined ? item : `${content.head}…`;
  }));
}

function contentHash(value: unknown): string | undefined {
  const hash = (value as JsonObject | null)?.["$content"];
  return typeof hash === "string" ? hash : undefined;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
