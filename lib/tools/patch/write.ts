import { messageOf, OwllmError } from "../../core/mod.ts";
import { show } from "../files/paths.ts";
import type { FileChange } from "./change.ts";

/** Suffix of the files that are written beside their targets and then renamed. */
const TEMPORARY = ".owllm-new";

/**
 * Puts changes on the disk: all new contents are written beside their targets and synced, then
 * each is renamed into place. When something fails, what was done is put back.
 *
 * @throws {@linkcode OwllmError} `failed` when the files could not be written; they are then as before, unless it
 * is a {@linkcode HalfWrittenError}
 */
export async function writeChanges(root: string, changes: readonly FileChange[]): Promise<void> {
  const done: FileChange[] = [];
  const made: string[] = [];
  try {
    for (const change of changes) {
      if (change.after === null) continue;
      made.push(...await makeParents(root, change.relative));
      await writeBeside(root, change.relative, change.after, change.mode);
    }
    for (const change of changes) {
      const target = `${root}/${change.relative}`;
      if (change.after === null) await Deno.remove(target);
      else await Deno.rename(target + TEMPORARY, target);
      done.push(change);
    }
  } catch (error) {
    try {
      await putBack(root, done);
      await removeTemporary(root, changes);
      for (const directory of made.toReversed()) await removeIfEmpty(directory);
    } catch (second) {
      throw new HalfWrittenError(second);
    }
    throw new OwllmError({
      code: "failed",
      message: `The change could not be written: ${messageOf(error)}`,
      recoverySuggestion:
        "Look at the space on the disk and the rights of the files; nothing was changed",
      cause: error,
    });
  }
}

/** A change that could neither be finished nor be put back. */
export class HalfWrittenError extends OwllmError {
  constructor(cause: unknown) {
    super({
      code: "failed",
      message: `The change could neither be written nor taken back: ${messageOf(cause)}`,
      recoverySuggestion: "Make room on the disk or set the rights right, then: owllm undo",
      cause,
    });
    this.name = "HalfWrittenError";
  }
}

/** Puts files to what they were before these changes, in reverse order. */
export async function putBack(root: string, changes: readonly FileChange[]): Promise<void> {
  for (const { relative, before, mode } of changes.toReversed()) {
    const target = `${root}/${relative}`;
    if (before === null) {
      await removeIfThere(target);
      await removeEmptyParents(root, relative);
    } else {
      await makeParents(root, relative);
      await writeBeside(root, relative, before, mode);
      await Deno.rename(target + TEMPORARY, target);
    }
  }
}

async function writeBeside(
  root: string,
  relative: string,
  text: string,
  mode: number,
): Promise<void> {
  const path = `${root}/${relative}${TEMPORARY}`;
  await removeIfThere(path);
  // A new file only: whatever lies there by another's hand is not written through.
  const file = await Deno.open(path, { write: true, createNew: true, mode });
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.syncData();
  } finally {
    file.close();
  }
  await Deno.chmod(path, mode);
}

/** Makes the directories above a file; returns those that were not there. */
async function makeParents(root: string, relative: string): Promise<string[]> {
  const names = relative.split("/").slice(0, -1);
  const made: string[] = [];
  for (const at of names.keys()) {
    const directory = `${root}/${names.slice(0, at + 1).join("/")}`;
    try {
      await Deno.mkdir(directory);
      made.push(directory);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
  return made;
}

/** Removes what was written beside the targets and not renamed. */
export async function removeTemporary(
  root: string,
  changes: readonly FileChange[],
): Promise<void> {
  for (const { relative } of changes) await removeIfThere(`${root}/${relative}${TEMPORARY}`);
}

/** Removes what an unfinished change wrote beside its targets, and directories made for it. */
export async function removeLeftovers(
  root: string,
  changes: readonly FileChange[],
): Promise<void> {
  await removeTemporary(root, changes);
  for (const { relative, before } of changes) {
    if (before === null) await removeEmptyParents(root, relative);
  }
}

async function removeEmptyParents(root: string, relative: string): Promise<void> {
  const names = relative.split("/").slice(0, -1);
  for (let depth = names.length; depth > 0; depth--) {
    if (!await removeIfEmpty(`${root}/${names.slice(0, depth).join("/")}`)) return;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** False when the directory holds something or is none. */
async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(path)) return false;
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** What differs on the disk from what a change left there; empty when all is as it was left. */
export async function changedSince(
  root: string,
  changes: readonly FileChange[],
): Promise<string[]> {
  const differing: string[] = [];
  for (const { relative, after } of changes) {
    if (await textAt(`${root}/${relative}`) !== after) differing.push(show(relative));
  }
  return differing;
}

async function textAt(path: string): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await Deno.readFile(path));
  } catch (error) {
    if (isMissing(error) || error instanceof Deno.errors.IsADirectory) return null;
    throw error;
  }
}
