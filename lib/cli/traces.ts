import { nearest, OwllmError } from "../core/mod.ts";
import type { State, TraceSessionRecord, TracesTable } from "../state/mod.ts";
import type { Cli, GlobalFlags } from "./context.ts";
import { openStateFor } from "./load.ts";

/** The flag of every command that reads traces. */
export type TracesFlags = { readonly traceDb?: string };

/** The parameter of {@linkcode TracesFlags}. */
export const TRACES_FLAGS = {
  traceDb: {
    kind: "parsed",
    parse: (value: string): string => value,
    brief: "The trace file to use instead of the state file",
    optional: true,
    placeholder: "FILE",
  },
} as const;

/** The positional parameter that names a traced session; the shell completes it. */
export const RUN = {
  brief: "Id of a session or the beginning of one; last is the newest",
  parse: (text: string): string => text,
  placeholder: "RUN",
  proposeCompletions(this: Cli, partial: string): Promise<readonly string[]> {
    return knownIds(this, partial);
  },
} as const;

/** How many ids a shell offers. */
const OFFERED = 50;

const FLAGS: GlobalFlags = { json: false, quiet: true, verbose: false };

/** The newest ids in the state file that begin so. */
async function knownIds(cli: Cli, partial: string): Promise<readonly string[]> {
  try {
    using state = await openStateFor(cli, FLAGS, "existing");
    // Somebody else's id may hold anything; what the shell would have to quote is not offered.
    const ids = state.traces.idsLike(partial, OFFERED).filter((id) => /^[\w.:-]+$/.test(id));
    return "last".startsWith(partial) ? ["last", ...ids] : ids;
  } catch (error) {
    // Completing a word is quiet: there is no state yet, or another command will say what it has.
    if (error instanceof OwllmError) return [];
    throw error;
  }
}

/** How many sessions are looked through for the id that was meant. */
const KNOWN_SESSIONS = 500;

/** Most ids in a suggestion. */
const SUGGESTED = 3;

/** The state or trace file that a command about traces works on; close it with `using`. */
export async function openTracesFor(
  cli: Cli,
  flags: GlobalFlags & TracesFlags,
  mode: "create" | "existing" = "existing",
): Promise<State> {
  if (flags.traceDb === undefined) return await openStateFor(cli, flags, mode);
  const { openStateFile } = await import("../state/mod.ts");
  const path = traceFilePath(cli, flags.traceDb);
  try {
    return await openStateFile({ path, clock: cli.clock, ids: cli.ids, mode });
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "not_found") throw error;
    throw new OwllmError({
      code: "not_found",
      message: `There is no trace file "${path}"`,
      recoverySuggestion: "owllm smoke model MODEL --trace-db FILE makes one",
      context: { path },
    });
  }
}

/** The absolute path that `--trace-db` names. @throws `usage` when it is empty */
export function traceFilePath(cli: Pick<Cli, "cwd">, path: string): string {
  if (path !== "") return path.startsWith("/") ? path : `${cli.cwd}/${path}`;
  throw new OwllmError({
    code: "usage",
    message: '"" is no path of a trace file',
    recoverySuggestion: "Name a file: --trace-db traces.db",
  });
}

/**
 * The session of an id, of a beginning that only one id has, or the newest for `last`.
 *
 * @throws {@linkcode OwllmError} `not_found` with the nearest ids; `usage` when several begin so
 */
export function traceById(traces: TracesTable, typed: string): TraceSessionRecord {
  const found = traces.get(typed) ?? (typed === "last" ? traces.list({ limit: 1 })[0] : undefined);
  if (found !== undefined) return found;
  const ids = typed === "" ? [] : traces.idsLike(typed, SUGGESTED + 1);
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return traceById(traces, only);
  if (ids.length > 1) {
    const shown = ids.slice(0, SUGGESTED).join(", ");
    throw new OwllmError({
      code: "usage",
      message: `"${typed}" is the beginning of several sessions`,
      recoverySuggestion: `Type more of it: ${shown}${ids.length > SUGGESTED ? ", …" : ""}`,
    });
  }
  const known = traces.list({ limit: KNOWN_SESSIONS }).map(({ id }) => id);
  const near = nearest(typed, known, SUGGESTED);
  throw new OwllmError({
    code: "not_found",
    message: `No traced session "${typed}"`,
    recoverySuggestion: known.length === 0
      ? "Nothing is traced yet: owllm smoke model MODEL --trace"
      : near.length > 0
      ? `Near ones: ${near.join(", ")}   all: owllm trace list`
      : `The newest: ${known.slice(0, SUGGESTED).join(", ")}   all: owllm trace list`,
  });
}
