import { parsePatch, type StructuredPatch } from "diff";
import { ValidationError } from "../failure.ts";
import { show, validatePath } from "../files/paths.ts";
import { refuseSecret } from "../files/secrets.ts";

/** A larger patch is not one step of work. */
const MAX_PATCH_CHARS = 1024 * 1024;
const MAX_FILES = 100;

/** Modes of ordinary files; a link or a nested repository would point out of what was judged. */
const FILE_MODES = new Set(["100644", "100755"]);

/** What a patch does to one file. */
export interface FilePatch {
  readonly relative: string;
  readonly kind: "create" | "change" | "delete";
  /** Undefined when the patch says nothing of it. */
  readonly executable: boolean | undefined;
  readonly hunks: StructuredPatch;
}

/**
 * Reads a unified diff and checks all that can be told without the files.
 *
 * @throws {@linkcode ValidationError} for text that is no diff, a path that may not be written, links, nested repositories,
 * binary patches, renames, and the same file twice
 */
export function parseUnified(root: string, text: string): readonly FilePatch[] {
  if (text.length > MAX_PATCH_CHARS) {
    throw new ValidationError(
      `The patch has ${text.length} characters`,
      `Give at most ${MAX_PATCH_CHARS}, in several patches`,
    );
  }
  refuseUnsupported(text);
  const files = parse(text).map((patch) => filePatch(root, patch));
  if (files.length === 0) {
    throw new ValidationError(
      "The patch changes no file",
      "Give a unified diff: --- a/FILE, +++ b/FILE, @@ -1,2 @@ and lines with a blank, - or +",
    );
  }
  if (files.length > MAX_FILES) {
    throw new ValidationError(`The patch changes ${files.length} files`, `At most ${MAX_FILES}`);
  }
  const twice = files.find(({ relative }, at) =>
    files.findIndex((other) => other.relative === relative) !== at
  );
  if (twice !== undefined) {
    throw new ValidationError(
      `The patch changes "${show(twice.relative)}" twice`,
      "Put all hunks of a file under one header",
    );
  }
  return files;
}

function parse(text: string): StructuredPatch[] {
  try {
    return parsePatch(text).filter(({ hunks, isCreate, isDelete }) =>
      hunks.length > 0 || isCreate || isDelete
    );
  } catch (error) {
    throw new ValidationError(
      `The patch cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "Count the lines of each hunk again; every line starts with a blank, - or +",
    );
  }
}

/** What a unified diff may not say here, and why. */
const UNSUPPORTED: readonly (readonly [RegExp, string, string])[] = [
  [/^GIT binary patch|^Binary files /m, "a binary change", "Change text files only"],
  [/^(?:rename|copy) (?:from|to) /m, "a rename or copy", "Delete the old file and create the new"],
];

function refuseUnsupported(text: string): void {
  for (const [pattern, what, fix] of UNSUPPORTED) {
    if (pattern.test(text)) throw new ValidationError(`The patch holds ${what}`, fix);
  }
  for (
    const [, mode = ""] of text.matchAll(
      /^(?:new file mode|new mode|old mode|deleted file mode) (\S+)/gm,
    )
  ) {
    if (FILE_MODES.has(mode)) continue;
    throw new ValidationError(
      `The patch makes or takes a file of mode ${
        show(mode)
      }: a link, a nested repository or a device`,
      "Only ordinary files can be changed (100644, 100755)",
    );
  }
}

function filePatch(root: string, patch: StructuredPatch): FilePatch {
  const [before, after] = [nameOf(patch.oldFileName), nameOf(patch.newFileName)];
  const kind = before === undefined ? "create" : after === undefined ? "delete" : "change";
  const name = after ?? before;
  if (name === undefined) {
    throw new ValidationError("The patch names no file", "Write --- a/FILE and +++ b/FILE");
  }
  if (before !== undefined && after !== undefined && before !== after) {
    throw new ValidationError(
      `The patch renames "${show(before)}" to "${show(after)}"`,
      "Delete the old file and create the new one",
    );
  }
  const [, relative] = validatePath(root, name);
  refuseUnwritable(relative);
  const mode = patch.newMode;
  return {
    relative,
    kind,
    executable: mode === undefined ? undefined : mode === "100755",
    hunks: patch,
  };
}

/** Names that some file system takes for `.git`: case, short names, trailing dots, streams. */
const GIT_NAME = /(?:^|\/)(?:\.git[. ]*|git~\d+)(?:[/:]|$)/i;

/** @throws {@linkcode ValidationError} for what no tool writes: secrets, git's own files, the repository itself */
export function refuseUnwritable(relative: string): void {
  refuseSecret(relative);
  if (relative === "." || GIT_NAME.test(relative)) {
    throw new ValidationError(
      `"${show(relative)}" is not to be written by a tool`,
      "Change files of the project only",
      { path: relative },
    );
  }
}

/** The path of a header without git's prefix; undefined for `/dev/null`. */
function nameOf(header: string | undefined): string | undefined {
  if (header === undefined || header === "/dev/null") return undefined;
  return header.replace(/^[ab]\//, "");
}
