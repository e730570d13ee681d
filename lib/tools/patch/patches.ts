import { type Ids, OwllmError } from "../../core/mod.ts";
import type { Reason } from "../../policy/mod.ts";
import { type Executor, type SpawnSpec, WORKSPACE } from "../../sandbox/mod.ts";
import type { FileChangeRecord, FileChangesTable } from "../../state/mod.ts";
import type { ApprovalGate } from "../approvals/gate.ts";
import { deepFreeze, hashFile, sha256 } from "../approvals/subject.ts";
import { ValidationError } from "../failure.ts";
import { show } from "../files/paths.ts";
import { isControlFile } from "../files/secrets.ts";
import { changeOf, type FileChange, refuseLinks, unifiedDiff } from "./change.ts";
import { parseUnified } from "./parse.ts";
import { changedSince, HalfWrittenError, putBack, removeLeftovers, writeChanges } from "./write.ts";

/** What {@linkcode createPatches} needs. */
export interface PatchesOptions {
  /** Real path of the repository on the host. */
  readonly repository: string;
  readonly executor: Executor;
  readonly gate: ApprovalGate;
  readonly fileChanges: FileChangesTable;
  readonly runId: string | null;
  readonly ids: Ids;
  /** `allow`: edits of ordinary files need no person; control files always do. */
  readonly edits: "ask" | "allow";
  /** True when the sandbox works on the repository itself and not on a copy. */
  readonly bound: boolean;
}

/** A change that was checked and waits to be applied. */
export interface Proposal {
  readonly id: string;
  readonly patch: string;
  readonly changes: readonly FileChange[];
  /** A command made the change in the sandbox: only the repository does not have it yet. */
  readonly inSandbox: boolean;
}

/** A change that was applied. */
export interface AppliedPatch {
  /** Id of the change, for `owllm undo`. */
  readonly changeId: string;
  readonly patch: string;
  readonly files: readonly string[];
  readonly approvalId: string | undefined;
}

/** Changes of the repository: proposed, checked, approved, applied whole or not at all. */
export interface Patches {
  /** Checks a unified diff against the files as they are. */
  propose(patch: string, signal: AbortSignal): Promise<Proposal>;
  /** The same for changes that are known by their texts. */
  proposeChanges(changes: readonly FileChange[], signal: AbortSignal): Promise<Proposal>;
  /** Keeps what a command changed in the sandbox as a proposal. */
  proposeFromSandbox(changes: readonly FileChange[]): Proposal;
  proposal(id: string): Proposal;
  apply(proposal: Proposal, signal: AbortSignal): Promise<AppliedPatch>;
}

const GIT_APPLY_TIMEOUT_MS = 20_000;

/** The changes of one run. */
export function createPatches(options: PatchesOptions): Patches {
  const { repository, ids } = options;
  const proposals = new Map<string, Proposal>();
  const keep = (changes: readonly FileChange[], inSandbox: boolean): Proposal => {
    const patch = unifiedDiff(changes);
    const proposal = deepFreeze({ id: ids.next("patch"), patch, changes, inSandbox });
    proposals.set(proposal.id, proposal);
    return proposal;
  };
  const proposeChanges = async (changes: readonly FileChange[], signal: AbortSignal) => {
    const real = changes.filter(({ before, after }) => before !== after);
    if (real.length === 0) {
      throw new ValidationError("The change changes nothing", "Give a text that differs");
    }
    real.forEach(refuseNoText);
    await gitApply(options, unifiedDiff(real), ["--check"], signal);
    return keep(real, false);
  };
  return {
    async propose(text, signal) {
      const parsed = parseUnified(repository, text);
      const changes = await Promise.all(parsed.map((file) => changeOf(repository, file)));
      return await proposeChanges(changes, signal);
    },
    proposeChanges,
    proposeFromSandbox: (changes) => keep(changes, true),
    proposal(id) {
      const found = proposals.get(id);
      if (found !== undefined) return found;
      throw new ValidationError(
        `There is no proposed patch "${show(id)}"`,
        proposals.size === 0
          ? "Propose one first: propose_patch"
          : `There are: ${[...proposals.keys()].slice(-5).join(", ")}`,
      );
    },
    apply: (proposal, signal) => applyProposal(options, proposal, signal),
  };
}

/** What is written must read back as the same text, else it could not be compared nor taken back. */
function refuseNoText({ relative, after }: FileChange): void {
  if (after === null || (after.isWellFormed() && !after.includes("\0"))) return;
  throw new ValidationError(
    `The new content of "${show(relative)}" is no text: it holds ${
      after.includes("\0") ? "NUL" : "half a surrogate pair"
    }`,
    "Write text only",
    { path: relative },
  );
}

async function applyProposal(
  options: PatchesOptions,
  proposal: Proposal,
  signal: AbortSignal,
): Promise<AppliedPatch> {
  const { repository, fileChanges, runId, bound } = options;
  const { patch, changes } = proposal;
  const approvalId = await approved(options, proposal, signal);
  await refuseStale(repository, changes);
  const both = !bound && !proposal.inSandbox;
  // First where it harms nobody: what does not fit there is not written here.
  if (both) await gitApply(options, patch, [], signal);
  const changeId = fileChanges.begin({ runId, repository, patch, files: changes });
  try {
    await writeChanges(repository, changes);
  } catch (error) {
    // A half-written one stays "applying", which is what is recovered at the next start.
    if (!(error instanceof HalfWrittenError)) fileChanges.end(changeId, "failed");
    if (both) await gitApply(options, patch, ["--reverse"], signal);
    throw error;
  }
  fileChanges.end(changeId, "applied");
  return { changeId, patch, files: changes.map(({ relative }) => relative), approvalId };
}

async function approved(
  { repository, gate, edits }: PatchesOptions,
  { patch, changes }: Proposal,
  signal: AbortSignal,
): Promise<string | undefined> {
  const control = changes.find(({ relative }) => isControlFile(relative));
  if (edits === "allow" && control === undefined) return undefined;
  const files = await Promise.all(changes.map(async ({ relative }) => ({
    path: relative,
    sha256: await hashFile(`${repository}/${relative}`),
  })));
  const subject = deepFreeze({ kind: "patch" as const, patch, files });
  const names = changes.map(({ relative }) => show(relative));
  const title = `change ${names.slice(0, 3).join(", ")}${
    names.length > 3 ? ` and ${names.length - 3} more` : ""
  }`;
  const reason: Reason = {
    decision: "approve",
    code: control === undefined ? "edit" : "control_file",
    message: control === undefined
      ? "It changes files of the repository"
      : `"${show(control.relative)}" decides what runs by itself`,
    start: 0,
    end: 0,
  };
  return (await gate.pass({ subject, title, reasons: [reason] }, signal)).id;
}

/** A person takes minutes to answer: the files must still be what the patch was made for. */
async function refuseStale(repository: string, changes: readonly FileChange[]): Promise<void> {
  for (const { relative, before } of changes) {
    await refuseLinks(repository, relative);
    const now = await hashFile(`${repository}/${relative}`);
    if (now === (before === null ? null : sha256(before))) continue;
    throw new OwllmError({
      code: "failed",
      message: `"${show(relative)}" was changed by somebody else since the patch was made`,
      recoverySuggestion: `Read it again: read_file {"path": "${show(relative)}"}`,
      context: { path: relative },
    });
  }
}

/** Git's own opinion, in the sandbox; only the patch is the model's, the words are ours. */
async function gitApply(
  { executor }: PatchesOptions,
  patch: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (executor.kind === "none") return; // There is no copy of the repository to keep in step.
  const spec: SpawnSpec = deepFreeze({
    program: "git",
    args: ["apply", "--whitespace=nowarn", ...flags, "-"],
    cwd: WORKSPACE,
    env: {},
    stdin: patch,
    maxOutputBytes: 64 * 1024,
    timeoutMs: GIT_APPLY_TIMEOUT_MS,
  });
  const { code, stderr } = await executor.run(spec, signal);
  if (code === 0) return;
  const said = new TextDecoder().decode(stderr.head).trim().split("\n")[0] ?? "";
  throw new ValidationError(
    `git refuses the patch: ${said.replace(/^error: /, "")}`,
    "A command may have changed the file in the sandbox: read it again, then make the patch anew",
  );
}

/**
 * Takes an applied change back.
 *
 * @throws {@linkcode OwllmError} `failed` when a file was changed since
 */
export async function undoChange(
  change: FileChangeRecord,
  fileChanges: FileChangesTable,
): Promise<void> {
  const differing = await changedSince(change.repository, change.files);
  if (differing.length > 0) {
    throw new OwllmError({
      code: "failed",
      message: `Cannot undo ${change.id}: changed since: ${differing.join(", ")}`,
      recoverySuggestion: "Undo later changes first, or take it back by hand: git diff shows it",
      context: { change: change.id },
    });
  }
  for (const { relative } of change.files) await refuseLinks(change.repository, relative);
  await putBack(change.repository, change.files);
  fileChanges.end(change.id, "undone");
}

/**
 * Puts back what a crash left half written: each file of a change that was being applied gets the
 * text from before, unless somebody else wrote it since.
 *
 * @returns the paths that were put back
 */
export async function recoverChange(
  change: FileChangeRecord,
  fileChanges: FileChangesTable,
): Promise<readonly string[]> {
  const written = [];
  for (const file of change.files) {
    await refuseLinks(change.repository, file.relative);
    const untouched = (await changedSince(change.repository, [file])).length === 0;
    if (untouched) written.push(file);
  }
  await putBack(change.repository, written);
  await removeLeftovers(change.repository, change.files);
  fileChanges.end(change.id, "failed");
  return written.map(({ relative }) => relative);
}
