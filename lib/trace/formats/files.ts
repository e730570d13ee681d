import { messageOf, OwllmError } from "../../core/mod.ts";
import type { TracesTable } from "../../state/mod.ts";
import type { ResourceOptions } from "../otel/resource.ts";
import type { ArchivedTrace } from "./archive.ts";
import type { ExportedFile } from "./parquet.ts";
import type { Saved, SaveOptions } from "./save.ts";

/** The formats that are text; each can go to stdout. */
export const TEXT_FORMATS = ["v3", "jsonl", "otlp-json"] as const;

/** A format that is text. */
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** Longer documents do not fit into one string of the runtime. */
const MAX_DOCUMENT_BYTES = 500_000_000;

/**
 * The text of sessions in a format, in pieces. Sessions in v3 are one document, or a list of
 * documents where there are several; OTLP is one request a line.
 *
 * @param resource what OTLP tells of owllm itself
 */
export async function* exportText(
  traces: TracesTable,
  ids: readonly string[],
  format: TextFormat,
  resource: ResourceOptions,
): AsyncGenerator<string> {
  const toOtlp = format === "otlp-json" ? (await import("./otlp_json.ts")).toOtlpJson : undefined;
  const [{ readArchived }, { jsonlLines }, { toV3 }] = await Promise.all([
    import("./archive.ts"),
    import("./jsonl.ts"),
    import("./v3.ts"),
  ]);
  const list = format === "v3" && ids.length !== 1;
  if (list) yield "[";
  let first = true;
  for (const id of ids) {
    const trace = readArchived(traces, id);
    // Pruned by another process in the meantime.
    if (trace === undefined) continue;
    if (toOtlp !== undefined) yield `${toOtlp(trace, resource)}\n`;
    else if (format === "jsonl") yield* jsonlLines(trace);
    else yield `${list ? first ? "\n" : ",\n" : ""}${JSON.stringify(toV3(trace))}`;
    first = false;
  }
  if (format === "v3") yield list ? "\n]\n" : "\n";
}

/**
 * Sessions as Parquet files, one for each table of the old trace databases, and a `views.sql` for
 * DuckDB that opens them.
 */
export async function exportParquet(
  traces: TracesTable,
  ids: readonly string[],
): Promise<readonly ExportedFile[]> {
  return (await import("./parquet.ts")).parquetFiles(traces, ids);
}

/** A session that a file held. */
export interface Imported {
  readonly id: string;
  readonly saved: Saved;
}

/**
 * Writes the sessions of a file, or of a directory of Parquet files, into the store, each in one transaction, as they are read.
 *
 * @param path absolute; `shownAs` names it in messages
 * @throws {@linkcode OwllmError} `usage` for a damaged file or one of a format that is not known
 */
export async function* importTraces(
  traces: TracesTable,
  { path, shownAs, ...options }: SaveOptions & { readonly path: string; readonly shownAs: string },
): AsyncGenerator<Imported> {
  const { saveArchived } = await import("./save.ts");
  for await (const trace of tracesOf(path, shownAs)) {
    yield { id: trace.session.session_id, saved: saveArchived(traces, trace, options) };
  }
}

/** The sessions of a file, whose format its content tells. */
async function* tracesOf(path: string, shownAs: string): AsyncGenerator<ArchivedTrace> {
  const [{ isJsonl, jsonlTraces }, { linesOf }] = await Promise.all([
    import("./jsonl.ts"),
    import("./lines.ts"),
  ]);
  const { size, isDirectory } = await readable(path, shownAs, () => Deno.stat(path));
  if (isDirectory) return yield* (await import("./parquet.ts")).parquetTraces(path, shownAs);
  const beginning = await readable(path, shownAs, () => beginningOf(path));
  if (beginning.startsWith("PAR1")) {
    throw unknownFormat(shownAs, "of Parquet the whole directory is imported");
  }
  if (isJsonl(beginning)) {
    using file = await Deno.open(path);
    return yield* jsonlTraces(linesOf(file.readable), shownAs);
  }
  if (/^\s*\{\s*"resourceSpans"/.test(beginning)) {
    using file = await Deno.open(path);
    return yield* otlpTraces(linesOf(file.readable), shownAs);
  }
  if (size > MAX_DOCUMENT_BYTES) {
    throw unknownFormat(shownAs, "it is no JSONL and too big for JSON");
  }
  yield* documentTraces(await documentOf(path, shownAs), shownAs);
}

async function documentOf(path: string, shownAs: string): Promise<unknown> {
  const text = await readable(path, shownAs, () => Deno.readTextFile(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw unknownFormat(shownAs, `it is no JSON`);
    throw error;
  }
}

async function* documentTraces(data: unknown, shownAs: string): AsyncGenerator<ArchivedTrace> {
  const { fromV3, v3In } = await import("./v3_import.ts");
  const documents = Array.isArray(data) ? data : [data];
  for (const document of documents) {
    const trace = v3In(document);
    if (trace === undefined) throw unknownFormat(shownAs, "it has no trace in it");
    yield fromV3(trace, { file: shownAs });
  }
}

async function* otlpTraces(
  lines: AsyncIterable<string>,
  file: string,
): AsyncGenerator<ArchivedTrace> {
  const { fromOtlpJson, isOtlp } = await import("./otlp_json.ts");
  const { damagedFile, parsedJson } = await import("./damaged.ts");
  let line = 0;
  for await (const text of lines) {
    const place = { file, line: ++line };
    if (text.trim() === "") continue;
    const expected = "a request of OTLP on one line";
    const data = parsedJson(text, place, expected);
    if (!isOtlp(data)) throw damagedFile(place, expected);
    yield fromOtlpJson(data, place);
  }
}

const BEGINNING_BYTES = 256;

async function beginningOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(BEGINNING_BYTES);
  const count = await file.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, count));
}

async function readable<T>(path: string, shownAs: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof OwllmError) throw cause;
    const missing = cause instanceof Deno.errors.NotFound;
    throw new OwllmError({
      code: missing ? "not_found" : "usage",
      message: missing
        ? `There is no file "${shownAs}"`
        : `Cannot read "${shownAs}": ${messageOf(cause)}`,
      recoverySuggestion: "Name a file that owllm trace export wrote, or a v3 trace",
      context: { path },
      cause,
    });
  }
}

function unknownFormat(shownAs: string, why: string): OwllmError {
  return new OwllmError({
    code: "usage",
    message: `"${shownAs}" is no trace that can be imported: ${why}`,
    recoverySuggestion: "Name a file that owllm trace export wrote, or a v3 trace",
  });
}
