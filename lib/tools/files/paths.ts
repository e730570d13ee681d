import { nearest } from "../../core/mod.ts";
import { ValidationError } from "../failure.ts";

/** Longer paths are no names of files. */
const MAX_PATH = 1024;

/** Names that Windows keeps for devices: a repository that holds one cannot be checked out there. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$/i;

/** Control and bidirectional characters, which make a path look like another. */
// deno-lint-ignore no-control-regex -- these are the characters that are refused
const INVISIBLE = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** A path inside the repository. */
export type CleanPath = readonly [absolute: string, relative: string];

/**
 * Checks a path as a model writes it and returns it clean. It is lexical: what the path is on the
 * disk is asked by {@linkcode resolveExisting}.
 *
 * @throws {@linkcode ValidationError} for an absolute path, one that leaves the repository, NUL, control
 * characters, reserved names and paths that are too long
 */
export function validatePath(root: string, path: string): CleanPath {
  const refuse = (why: string, fix: string) => new ValidationError(why, fix, { path: show(path) });
  const inside = "Give a path inside the repository, such as src/main.py";
  if (path.length > MAX_PATH) {
    throw refuse(`The path is longer than ${MAX_PATH} characters`, inside);
  }
  if (INVISIBLE.test(path)) {
    throw refuse(`The path "${show(path)}" holds a control or invisible character`, inside);
  }
  if (path.includes("\\")) {
    throw refuse(`The path "${show(path)}" holds a backslash`, "Write paths with / between names");
  }
  // A model that knows the root may name it; anything else that is absolute is elsewhere.
  const local = path === root
    ? "."
    : path.startsWith(`${root}/`)
    ? path.slice(root.length + 1)
    : path;
  if (local.startsWith("/") || local.startsWith("~") || /^[a-z]:/i.test(local)) {
    throw refuse(`The path "${show(path)}" is outside of the repository`, inside);
  }
  const names: string[] = [];
  for (const name of local.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (names.pop() === undefined) {
        throw refuse(`The path "${show(path)}" leaves the repository`, inside);
      }
      continue;
    }
    if (RESERVED.test(name)) {
      throw refuse(`"${show(name)}" is the name of a device on some systems`, "Use another name");
    }
    names.push(name);
  }
  const relative = names.length === 0 ? "." : names.join("/");
  return [relative === "." ? root : `${root}/${relative}`, relative];
}

/** What is at a path, links followed and found to stay inside. */
export interface Existing {
  readonly absolute: string;
  readonly relative: string;
  readonly info: Deno.FileInfo;
}

/**
 * The file or directory at a path.
 *
 * @throws {@linkcode ValidationError} when nothing is there (with the nearest names), when a link leads out of the
 * repository, and for devices, sockets and pipes
 */
export async function resolveExisting(root: string, path: string): Promise<Existing> {
  const [absolute, relative] = validatePath(root, path);
  let real: string;
  try {
    real = await Deno.realPath(absolute);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw await noSuchPath(root, relative);
    }
    if (error instanceof Deno.errors.FilesystemLoop) {
      throw new ValidationError(`"${show(relative)}" is a link to itself`, "Read another file");
    }
    throw error;
  }
  if (real !== root && !real.startsWith(`${root}/`)) {
    throw new ValidationError(
      `"${show(relative)}" is a link that leads out of the repository`,
      "Only files of the repository can be read",
      { path: relative },
    );
  }
  const info = await Deno.stat(real);
  if (!info.isFile && !info.isDirectory) {
    throw new ValidationError(
      `"${show(relative)}" is a device, a socket or a pipe`,
      "Name a regular file",
      { path: relative },
    );
  }
  return { absolute: real, relative, info };
}

/** The error for a path that is not there, with what is near. */
async function noSuchPath(root: string, relative: string): Promise<ValidationError> {
  const at = relative.lastIndexOf("/");
  const directory = at < 0 ? "." : relative.slice(0, at);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory === "." ? root : `${root}/${directory}`)) {
      if (names.length < 2_000) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  const near = nearest(relative.slice(at + 1), names)
    .map((name) => directory === "." ? name : `${directory}/${name}`);
  return new ValidationError(
    `There is no "${show(relative)}"`,
    near.length > 0
      ? `Did you mean ${near.map((name) => `"${show(name)}"`).join(" or ")}?`
      : `List what is there: list_files {"path": "${names.length > 0 ? show(directory) : "."}"}`,
    { path: relative },
  );
}

/** A path as it may be shown: what cannot be seen is written out. */
export function show(path: string): string {
  const seen = path.replaceAll(
    new RegExp(INVISIBLE, "g"),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return seen.length > 200 ? `${seen.slice(0, 200)}…` : seen;
}
