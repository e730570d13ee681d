import { nearest, OwllmError } from "../../core/mod.ts";
import type { FileChangeRecord, State } from "../../state/mod.ts";
import { diffLines } from "../approval_lines.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { loadPolicy, PLACE_FLAGS } from "../policy_context.ts";
import { printable } from "../text_width.ts";

type Flags = { readonly repo?: string; readonly run?: string; readonly list: boolean };

/** Most changes that are listed or looked through. */
const MOST = 200;

/** `owllm undo [change]`. */
export const undo = defineCommand<Flags, [change?: string]>({
  brief: "Take back what a tool wrote into the repository, the last change first",
  description: "Without a change it takes back the last one of this repository. A file that was " +
    "changed since stops it, and nothing is touched.",
  examples: [
    "owllm undo",
    "owllm undo --list",
    "owllm undo change_1k7u",
    "owllm undo --run run_1k7u",
  ],
  flags: {
    repo: PLACE_FLAGS.repo,
    run: {
      kind: "parsed",
      parse: (text: string): string => text,
      brief: "All changes of this run, the last first",
      optional: true,
      placeholder: "RUN",
    },
    list: {
      kind: "boolean",
      brief: "List the changes of this repository and end",
      default: false,
      withNegated: false,
    },
  },
  positional: {
    kind: "tuple",
    parameters: [{
      brief: "An id of owllm undo --list",
      placeholder: "CHANGE",
      parse: (text: string): string => text,
      optional: true,
    }],
  },
  async run({ cli, out, flags }, id) {
    const place = flags.repo === undefined ? {} : { repo: flags.repo };
    const { context: { repository } } = await loadPolicy(cli, flags, place);
    using state = await openStateFor(cli, flags);
    const { recoverChange, undoChange } = await import("../../tools/mod.ts");
    for (const change of half(state, repository)) {
      const files = await recoverChange(change, state.fileChanges);
      out.note(`Put back what a crash left half written: ${files.map(printable).join(", ")}`);
    }
    if (flags.list) return list(state, repository, out);
    const changes = chosen(state, repository, flags.run, id);
    for (const change of changes) {
      await undoChange(change, state.fileChanges);
      if (!out.json) {
        out.print(`Took back ${change.id}: ${filesOf(change)}`);
        for (const line of diffLines(change.patch, out)) out.debug(line);
      }
    }
    if (out.json) out.printJson({ undone: changes.map(changeJson) });
  },
});

/** Changes that were being written when owllm ended. */
function half(state: State, repository: string): readonly FileChangeRecord[] {
  return state.fileChanges.list({ repository, status: "applying", limit: MOST });
}

function list(
  state: State,
  repository: string,
  out: { readonly json: boolean; printJson(value: unknown): void; print(line?: string): void },
): void {
  const changes = state.fileChanges.list({ repository, limit: MOST });
  if (out.json) return out.printJson({ changes: changes.map(changeJson) });
  if (changes.length === 0) return out.print("No tool has changed this repository");
  for (const change of changes) {
    const when = change.createdAt.slice(0, 19).replace("T", " ");
    out.print(`${change.id}  ${when}  ${change.status.padEnd(8)}  ${filesOf(change)}`);
  }
}

/** The changes to take back, the last first. */
function chosen(
  state: State,
  repository: string,
  runId: string | undefined,
  id: string | undefined,
): readonly FileChangeRecord[] {
  const applied = state.fileChanges.list({ repository, runId, status: "applied", limit: MOST });
  if (id === undefined) {
    const found = runId === undefined ? applied.slice(0, 1) : applied;
    if (found.length > 0) return found;
    throw new OwllmError({
      code: "not_found",
      message: runId === undefined
        ? "There is nothing to take back in this repository"
        : `The run "${runId}" left no change to take back here`,
      recoverySuggestion: "What was written: owllm undo --list",
    });
  }
  const begin = applied.filter((change) => change.id.startsWith(id));
  const [only] = begin;
  if (only !== undefined && begin.length === 1) return [only];
  const near = nearest(id, applied.map((change) => change.id));
  throw new OwllmError({
    code: "not_found",
    message: begin.length > 1
      ? `"${id}" is the beginning of ${begin.length} changes`
      : `No change "${id}" that can be taken back`,
    recoverySuggestion: near.length > 0
      ? `Near ones: ${near.join(", ")}`
      : "What was written: owllm undo --list",
  });
}

function filesOf({ files }: FileChangeRecord): string {
  return files.map(({ relative }) => printable(relative)).join(", ");
}

function changeJson({ id, runId, status, createdAt, endedAt, files, patch }: FileChangeRecord) {
  return {
    id,
    run_id: runId,
    status,
    created_at: createdAt,
    ended_at: endedAt,
    files: files.map(({ relative }) => relative),
    patch,
  };
}
