import { type Executor, WORKSPACE } from "../../sandbox/mod.ts";
import { show } from "../files/paths.ts";
import { MAX_FILE_BYTES } from "../files/read.ts";
import { ValidationError } from "../failure.ts";
import { currentFile, type FileChange } from "./change.ts";
import type { Patches } from "./patches.ts";

/** More changed files than these are a build's output and no edit. */
const MAX_FILES = 50;

/** Of what is not taken over, so many are named. */
const MAX_NAMED = 5;

/**
 * What a command changed in the sandbox and the repository does not have: proposed as a patch,
 * which is applied only when the model asks for it and the person agrees.
 *
 * @returns a sentence for the model; undefined when there is nothing
 */
export async function proposeSandboxChanges(
  repository: string,
  executor: Executor,
  patches: Patches,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { paths, refused } = await executor.diff(signal);
  const left = refused.map(({ path, reason }) => `${show(path)}: ${reason}`);
  if (paths.length > MAX_FILES) {
    return `The command changed ${paths.length} files in the sandbox; they stay there.`;
  }
  const changes: FileChange[] = [];
  for (const path of paths) {
    const change = await changeIn(repository, executor, path, signal);
    if (typeof change === "string") left.push(change);
    else if (change.before !== change.after) changes.push(change);
  }
  const remark = left.length === 0
    ? ""
    : ` Never taken over: ${left.slice(0, MAX_NAMED).join("; ")}.`;
  if (changes.length === 0) return remark === "" ? undefined : remark.trim();
  const id = patches.proposeFromSandbox(changes).id;
  const names = changes.map(({ relative }) => show(relative)).join(", ");
  return `The command changed ${names} in the sandbox, not in the repository. ` +
    `To take it over: apply_patch {"id": "${id}"}.${remark}`;
}

/** What tells that a file is gone from a file that cannot be read, by its exit code. */
const GONE = 44;
const READ_SCRIPT = `[ -e "$1" ] || [ -L "$1" ] || exit ${GONE}; [ -f "$1" ] && exec cat -- "$1"`;

/** One file as it is in the sandbox; a sentence for what no tool would write. */
async function changeIn(
  repository: string,
  executor: Executor,
  path: string,
  signal: AbortSignal,
): Promise<FileChange | string> {
  try {
    const now = await currentFile(repository, path);
    const { code, stdout } = await executor.run({
      program: "/bin/bash",
      args: ["-c", READ_SCRIPT, "read", `${WORKSPACE}/${now.relative}`],
      cwd: WORKSPACE,
      env: {},
      maxOutputBytes: MAX_FILE_BYTES,
      timeoutMs: 10_000,
    }, signal);
    if (code === GONE) return { ...now, after: null };
    if (code !== 0) return `${show(path)}: it cannot be read`;
    if (stdout.totalBytes > stdout.head.length) return `${show(path)}: it is too long`;
    if (stdout.head.includes(0)) return `${show(path)}: it is binary`;
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { ...now, after: decoder.decode(stdout.head) };
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    if (error instanceof TypeError) return `${show(path)}: it is not UTF-8 text`;
    throw error;
  }
}
