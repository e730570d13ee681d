import { applyPatch, createTwoFilesPatch } from "diff";
import { ValidationError } from "../failure.ts";
import { show, validatePath } from "../files/paths.ts";
import { readText } from "../files/read.ts";
import { type FilePatch, refuseUnwritable } from "./parse.ts";

/** One file before and after; null where it is not there. */
export interface FileChange {
  readonly relative: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Permission bits of the file that is written. */
  readonly mode: number;
}

const ORDINARY = 0o644;
const EXECUTABLE = 0o755;

/** Texts that differ in more lines are not compared line by line: that takes minutes. */
const MAX_EDIT_LENGTH = 4_000;

/** Lines around a change in the diffs that we make. */
const CONTEXT_LINES = 3;

/**
 * What a file is now, for a change of it; `before` is null when there is none.
 *
 * @throws {@linkcode ValidationError} when the path may not be written, or leads through a link
 */
export async function currentFile(
  root: string,
  path: string,
): Promise<Omit<FileChange, "after">> {
  const [, relative] = validatePath(root, path);
  refuseUnwritable(relative);
  await refuseLinks(root, relative);
  if (!await exists(`${root}/${relative}`)) return { relative, before: null, mode: ORDINARY };
  const { text, mode } = await readText(root, relative);
  return { relative, before: text, mode };
}

/**
 * A link anywhere in the path would write somewhere else than what was judged.
 *
 * @throws {@linkcode ValidationError}
 */
export async function refuseLinks(root: string, relative: string): Promise<void> {
  const names = relative.split("/");
  for (const at of names.keys()) {
    const part = names.slice(0, at + 1).join("/");
    const info = await lstat(`${root}/${part}`);
    if (info === undefined) return;
    const last = at === names.length - 1;
    if (info.isSymlink || (last ? !info.isFile && !info.isDirectory : !info.isDirectory)) {
      throw new ValidationError(
        `"${show(part)}" is ${
          info.isSymlink ? "a link" : "no directory"
        }: nothing is written through it`,
        "Name the file by its own path",
        { path: relative },
      );
    }
  }
}

async function lstat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path) !== undefined;
}

/**
 * What a parsed patch makes of a file.
 *
 * @throws {@linkcode ValidationError} when the patch does not fit the file as it is
 */
export async function changeOf(root: string, patch: FilePatch): Promise<FileChange> {
  const now = await currentFile(root, patch.relative);
  const name = show(patch.relative);
  const stale = (why: string) =>
    new ValidationError(
      `The patch does not fit "${name}": ${why}`,
      `Read the file again: read_file {"path": "${name}"}`,
      { path: patch.relative },
    );
  if (patch.kind === "create" && now.before !== null) throw stale("the file exists already");
  if (patch.kind !== "create" && now.before === null) throw stale("there is no such file");
  const after = applyPatch(now.before ?? "", patch.hunks, { fuzzFactor: 0 });
  if (after === false) throw stale("its lines are not what the patch says");
  if (patch.kind === "delete" && after !== "") throw stale("it holds more than the patch takes");
  if (now.before === null) return { ...now, after, mode: patch.executable ? EXECUTABLE : ORDINARY };
  const isExecutable = (now.mode & 0o100) !== 0;
  if (patch.kind === "change" && (patch.executable ?? isExecutable) !== isExecutable) {
    throw new ValidationError(
      `The patch changes the mode of "${name}"`,
      "Change its text only; a new file may be executable (new file mode 100755)",
      { path: patch.relative },
    );
  }
  return { ...now, after: patch.kind === "delete" ? null : after };
}

/** The changes as one unified diff with git's headers; empty when nothing changes. */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes.filter(({ before, after }) => before !== after).map(fileDiff).join("");
}

function fileDiff({ relative, before, after, mode }: FileChange): string {
  const gitMode = mode & 0o100 ? "100755" : "100644";
  const header = [
    `diff --git a/${relative} b/${relative}`,
    ...before === null ? [`new file mode ${gitMode}`] : [],
    ...after === null ? [`deleted file mode ${gitMode}`] : [],
  ];
  const body = createTwoFilesPatch(
    before === null ? "/dev/null" : `a/${relative}`,
    after === null ? "/dev/null" : `b/${relative}`,
    before ?? "",
    after ?? "",
    undefined,
    undefined,
    { context: CONTEXT_LINES, maxEditLength: MAX_EDIT_LENGTH },
  )?.replace(/^=+\n/, "") ?? replacement(relative, before, after);
  // Git makes no hunks for an empty file, and takes none.
  const empty = (before ?? "") === "" && (after ?? "") === "";
  return `${header.join("\n")}\n${empty ? "" : body}`;
}

/** A diff that takes all of a text away and puts all of the other in its place. */
function replacement(relative: string, before: string | null, after: string | null): string {
  const side = (sign: string, text: string | null): readonly [range: string, lines: string] => {
    if (text === null || text === "") return ["0,0", ""];
    const lines = text.replace(/\n$/, "").split("\n");
    const end = text.endsWith("\n") ? "" : "\\ No newline at end of file\n";
    return [`1,${lines.length}`, lines.map((line) => `${sign}${line}\n`).join("") + end];
  };
  const [[from, removed], [to, added]] = [side("-", before), side("+", after)];
  const name = (sign: string, text: string | null) =>
    text === null ? "/dev/null" : `${sign}/${relative}`;
  return `--- ${name("a", before)}\n+++ ${name("b", after)}\n@@ -${from} +${to} @@\n` +
    removed + added;
}
