import { didYouMean, messageOf, OwllmError } from "../core/mod.ts";
import type { TracesTable } from "../state/mod.ts";
import type { TextFormat } from "../trace/mod.ts";
import type { Run } from "./command.ts";
import { loadSettings } from "./load.ts";
import { escapeHarmful } from "./output.ts";
import { openTracesFor, traceById, type TracesFlags } from "./traces.ts";
import { VERSION } from "./version.ts";

/** Said of `--format` in the help. */
export const FORMATS_BRIEF = "v3, jsonl, otlp-json or parquet";

/** The flags of an export to a file. */
export type ExportFlags = TracesFlags & { readonly all: boolean; readonly out?: string };

/** More sessions than this are not looked at: nobody has them in one file. */
const MAX_SESSIONS = 1_000_000;

/** Writes sessions to stdout or a file. */
export async function exportFile(
  { cli, out, flags }: Run<ExportFlags>,
  typedFormat: string,
  typed: readonly string[],
): Promise<void> {
  const { exportParquet, exportText } = await import("../trace/mod.ts");
  const format = await formatOf(typedFormat);
  if (out.json && flags.out === undefined) {
    throw new OwllmError({
      code: "usage",
      message: "With --json a file is needed: stdout holds the report",
      recoverySuggestion: "Add --out FILE, or leave --json out",
    });
  }
  using state = await openTracesFor(cli, flags);
  const ids = sessionsOf(state.traces, typed, flags.all);
  if (format === "parquet") {
    if (flags.out === undefined) {
      throw new OwllmError({
        code: "usage",
        message: "Parquet is a directory with a file for each table: it does not go to stdout",
        recoverySuggestion: "Add --out DIRECTORY",
      });
    }
    const path = absolute(cli.cwd, flags.out);
    await writeDirectory(path, await exportParquet(state.traces, ids));
    if (out.json) return out.printJson({ format, path, sessions: ids });
    out.print(`${ids.length} session(s) written to ${flags.out}`);
    return out.note(`  In DuckDB, started in that directory: .read views.sql`);
  }
  const { settings } = await loadSettings(cli, flags);
  const resource = { owllmVersion: VERSION, project: settings.trace.project };
  const pieces = exportText(state.traces, ids, format, resource);
  if (flags.out === undefined) {
    for await (const piece of pieces) {
      cli.signal.throwIfAborted();
      out.raw(escapeHarmful(piece));
    }
    return;
  }
  const path = absolute(cli.cwd, flags.out);
  await writePrivately(path, pieces, cli.signal);
  if (out.json) return out.printJson({ format, path, sessions: ids });
  out.print(`${ids.length} session(s) written to ${flags.out}`);
}

function absolute(cwd: string, path: string): string {
  return path.startsWith("/") ? path : `${cwd}/${path}`;
}

/** Writes files into a directory that is made, or empty: nothing of somebody else's is replaced. */
async function writeDirectory(
  path: string,
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    for (const { name, bytes } of files) {
      await Deno.writeFile(`${path}/${name}`, bytes, { mode: 0o600, createNew: true });
    }
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new OwllmError({
      code: "usage",
      message: `Cannot write "${path}": ${messageOf(cause)}`,
      recoverySuggestion: "Name a directory that does not exist yet, where you may write",
      context: { path },
      cause,
    });
  }
}

async function formatOf(typed: string): Promise<TextFormat | "parquet"> {
  const { TEXT_FORMATS: texts } = await import("../trace/mod.ts");
  const formats = [...texts, "parquet"] as const;
  const format = formats.find((name) => name === typed);
  if (format !== undefined) return format;
  throw new OwllmError({
    code: "usage",
    message: `"${typed}" is no format of traces${didYouMean(typed, formats)}`,
    recoverySuggestion: `Take one of ${formats.join(", ")}`,
  });
}

/** The ids of the sessions to export, the oldest first where all are meant. */
function sessionsOf(traces: TracesTable, typed: readonly string[], all: boolean): string[] {
  if (all && typed.length === 0) {
    return traces.list({ limit: MAX_SESSIONS }).map(({ id }) => id).toReversed();
  }
  if (!all && typed.length > 0) {
    return [...new Set(typed.map((text) => traceById(traces, text).id))];
  }
  throw new OwllmError({
    code: "usage",
    message: all
      ? "--all and single sessions exclude each other"
      : "It is not said which sessions to export",
    recoverySuggestion: "Name sessions, such as last, or take them all with --all",
  });
}

/** Writes a file whole or not at all: what was there before stays until the new one is complete. */
async function writePrivately(
  path: string,
  pieces: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const part = `${path}.part`;
  try {
    await Deno.writeFile(part, bytesOf(pieces, signal), { mode: 0o600, createNew: true });
    await Deno.rename(part, path);
  } catch (cause) {
    const taken = cause instanceof Deno.errors.AlreadyExists;
    if (!taken) await Deno.remove(part).catch(() => undefined);
    if (!(cause instanceof Error) || cause instanceof OwllmError || signal.aborted) throw cause;
    throw new OwllmError({
      code: "usage",
      message: taken ? `"${part}" is in the way` : `Cannot write "${path}": ${messageOf(cause)}`,
      recoverySuggestion: taken
        ? "Remove it: another export was cut, or still writes it"
        : "Name a file in a directory that exists and that you may write to",
      context: { path },
      cause,
    });
  }
}

function bytesOf(pieces: AsyncIterable<string>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return ReadableStream.from(async function* () {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      yield encoder.encode(piece);
    }
  }());
}
