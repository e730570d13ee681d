import { type Executor, WORKSPACE } from "../../sandbox/mod.ts";
import { show } from "../files/paths.ts";
import { MAX_FILE_BYTES } from "../files/read.ts";
import { ValidationError } from "../failure.ts";
import { currentFile, type FileChange } from "./change.ts";
import type { Patches } from "./patches.ts";

/** More changed files than these are a build's output and no edit. */
const MAX_FILES = 50;

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
  const left = refused.map(({ path, reason }) => `${show(path)}: ${reason}`).slice(0, 5);
  const remark = left.length === 0 ? "" : ` Never taken over: ${left.join("; ")}.`;
  if (paths.length > MAX_FILES) {
    return `The command changed ${paths.length} files in the sandbox; they stay there.${remark}`;
  }
  const changes: FileChange[] = [];
  for (const path of paths) {
    const change = await changeIn(repository, executor, path, signal);
    if (change !== undefined && change.before !== change.after) changes.push(change);
  }
  if (changes.length === 0) return remark === "" ? undefined : remark.trim();
  const id = patches.proposeFromSandbox(changes).id;
  const names = changes.map(({ relative }) => show(relative)).join(", ");
  return `The command changed ${names} in the sandbox, not in the repository. ` +
    `To take it over: apply_patch {"id": "${id}"}.${remark}`;
}

/** One file as it is in the sandbox; undefined for what no tool would write. */
async function changeIn(
  repository: string,
  executor: Executor,
  path: string,
  signal: AbortSignal,
): Promise<FileChange | undefined> {
  try {
    const now = await currentFile(repository, path);
    const { code, stdout } = await executor.run({
      program: "cat",
      args: ["--", `${WORKSPACE}/${now.relative}`],
      cwd: WORKSPACE,
      env: {},
      maxOutputBytes: MAX_FILE_BYTES,
      timeoutMs: 10_000,
    }, signal);
    if (code !== 0) return { ...now, after: null };
    if (stdout.totalBytes > stdout.head.length || stdout.head.includes(0)) return undefined;
    return { ...now, after: new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout.head) };
  } catch (error) {
    if (error instanceof ValidationError) return undefined;
    throw error;
  }
}
