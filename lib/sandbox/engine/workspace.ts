import { formatBytes, OwllmError } from "../../core/mod.ts";
import { type ArchiveEntry, isUnreadable, tarStream } from "../archive.ts";
import { type CopyReport, type LeftOut, WORKSPACE, type WorkspaceDiff } from "../executor.ts";
import type { CopyPlan } from "../workspace/copy.ts";
import {
  BASELINE_SCRIPT,
  CHANGES_SCRIPT,
  parseChanges,
  PATCH_SCRIPT,
  putBack,
  READABLE_SCRIPT,
  refusals,
} from "../workspace/snapshot.ts";
import { textOf } from "./engine.ts";
import type { BindMount } from "./run_args.ts";
import { KEEPER_USER, type Session } from "./session.ts";

/** Longest that copying and comparing may take, in ms. */
const TIMEOUT_MS = 120_000;

/** The biggest patch that is taken out of a sandbox, in bytes. */
const MAX_PATCH_BYTES = 32 * 1024 * 1024;

/** Names of what changed are small beside the changes; this is for all of them, in bytes. */
const MAX_NAMES_BYTES = 16 * 1024 * 1024;

/** Puts a repository into a session's empty workspace. */
export async function copyInto(
  session: Session,
  plan: CopyPlan,
  signal: AbortSignal,
): Promise<CopyReport> {
  const leftOut: LeftOut[] = [...plan.leftOut];
  const unpack = (user: string, entries: readonly ArchiveEntry[], umask: string, tar: string) =>
    session.script(
      "copy the repository",
      user,
      `umask ${umask}; exec tar ${tar} -C ${WORKSPACE}`,
      signal,
      {
        input: tarStream(entries, { onLeftOut: (path, reason) => leftOut.push({ path, reason }) }),
        timeoutMs: TIMEOUT_MS,
      },
    );
  // The keeper is first: where its files are, nobody else can put any.
  await unpack(KEEPER_USER, plan.keeper, "000", "-xp");
  await unpack(session.worker, plan.worker, "022", "-x");
  return { files: plan.files, bytes: plan.bytes, leftOut };
}

/** Remembers the workspace as it is; returns what to compare with. */
export async function takeBaseline(
  session: Session,
  user: string,
  signal: AbortSignal,
): Promise<string> {
  const tree = await session.script("remember the workspace", user, BASELINE_SCRIPT, signal, {
    timeoutMs: TIMEOUT_MS,
  });
  return textOf(tree).trim();
}

/** What changed in the workspace since a baseline. */
export async function diffSince(
  session: Session,
  user: string,
  baseline: string,
  signal: AbortSignal,
): Promise<WorkspaceDiff> {
  if (user !== session.worker) {
    await session.script("read the workspace", session.worker, READABLE_SCRIPT, signal, {
      timeoutMs: TIMEOUT_MS,
    });
  }
  const listed = await session.script("compare the workspace", user, CHANGES_SCRIPT, signal, {
    args: [baseline],
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_NAMES_BYTES,
  });
  const { tree, changes } = parseChanges(textOf(listed));
  const refused = refusals(changes);
  const left = new Set(refused.map(({ path }) => path));
  const paths = changes.map(({ path }) => path).filter((path) => !left.has(path));
  const report = refused.map(({ path, reason }) => ({ path, reason }));
  if (paths.length === 0) return { patch: new Uint8Array(), paths, refused: report };
  const patch = await session.script("make a patch", user, PATCH_SCRIPT, signal, {
    args: [baseline, tree],
    stdin: putBack(refused.map(({ change }) => change)),
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_PATCH_BYTES + 1,
  });
  if (patch.length > MAX_PATCH_BYTES) throw tooBig(paths.length);
  return { patch, paths, refused: report };
}

function tooBig(files: number): OwllmError {
  return new OwllmError({
    code: "failed",
    message: `The changes of ${files} files make a patch of more than ${
      formatBytes(MAX_PATCH_BYTES)
    }`,
    recoverySuggestion: "Have what is built or downloaded ignored by git, and ask again",
    context: { files },
  });
}

/** Applies a patch of {@linkcode diffSince} to a fresh copy of the same repository. */
export async function applyPatch(
  session: Session,
  patch: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await session.script(
    "bring the changes back",
    session.worker,
    `cd ${WORKSPACE} && exec git apply --whitespace=nowarn -`,
    signal,
    { stdin: patch, timeoutMs: TIMEOUT_MS },
  );
}

/**
 * How a repository is mounted.
 *
 * @throws `usage` when it has no `.git` directory of its own that could be kept from commands, or
 * belongs to root, as whom no command runs.
 */
export async function bindOf(repository: string): Promise<BindMount> {
  const refuse = (why: string) =>
    new OwllmError({
      code: "usage",
      message: `"${repository}" cannot be mounted into the sandbox: ${why}`,
      recoverySuggestion: 'Set sandbox.workspace = "copy"',
      context: { repository },
    });
  let uid: number | null;
  let gid: number | null;
  let git = false;
  let real: string;
  try {
    real = await Deno.realPath(repository);
    ({ uid, gid } = await Deno.stat(real));
    git = (await Deno.lstat(`${real}/.git`)).isDirectory;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw refuse("it is no repository with a `.git` of its own, so one could be put there");
  }
  if (!git) throw refuse("its `.git` is no directory");
  if (uid === null || gid === null || uid === 0) throw refuse("it belongs to root");
  // A comma would end the path in the engine's words.
  if (real.includes(",")) throw refuse("its path has a comma");
  return { repository: real, uid, gid };
}
