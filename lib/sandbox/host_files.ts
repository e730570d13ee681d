import { existsSync } from "node:fs";

/** What a path on this machine is, links followed. */
export type HostFileKind = "file" | "directory" | "other";

/** Questions about files of this machine, as the policy asks them. Nothing is written; no method throws. */
export interface HostFiles {
  /** The real path of the deepest parent that exists, plus the rest. */
  realPath(path: string): string;
  /** Undefined when there is nothing there or it cannot be seen. */
  kind(path: string): HostFileKind | undefined;
  /** Names in a directory; undefined when it cannot be listed or holds more than {@linkcode MAX_NAMES}. */
  list(path: string): readonly string[] | undefined;
  /** The text of a regular file; undefined when it cannot be read, is longer than `maxBytes` or is not UTF-8. */
  readText(path: string, maxBytes: number): string | undefined;
}

/** Most names of a directory that are listed. */
export const MAX_NAMES = 10_000;

/** Links that are followed before a path counts as going round in circles; Linux has 40. */
const MAX_LINKS = 40;

/** Questions about the files of this machine. */
export function hostFiles(): HostFiles {
  return { realPath: (path) => realPath(path, 0), kind, list, readText };
}

/**
 * A link whose target is not there is followed too: a command that writes to it creates the target.
 */
function realPath(path: string, links: number): string {
  const real = exists(path) ? attempt(() => Deno.realPathSync(path)) : undefined;
  if (real !== undefined) return real;
  const cut = path.replace(/\/+$/, "").lastIndexOf("/");
  if (cut < 0 || path === "/") return path;
  const name = path.slice(cut + 1).replace(/\/+$/, "");
  const above = path.slice(0, cut) || "/";
  const parent = realPath(above, links);
  if (name === "" || name === ".") return parent;
  if (name === "..") return parent.slice(0, parent.lastIndexOf("/")) || "/";
  const here = `${parent === "/" ? "" : parent}/${name}`;
  // Below a directory that is not there, there is no link either.
  if (links >= MAX_LINKS || !exists(parent)) return here;
  const target = attempt(() => Deno.readLinkSync(here));
  if (target === undefined) return here;
  return realPath(target.startsWith("/") ? target : `${parent}/${target}`, links + 1);
}

function kind(path: string): HostFileKind | undefined {
  const info = exists(path) ? attempt(() => Deno.statSync(path)) : undefined;
  if (info === undefined) return undefined;
  return info.isFile ? "file" : info.isDirectory ? "directory" : "other";
}

function list(path: string): readonly string[] | undefined {
  if (!exists(path)) return undefined;
  return attempt(() => {
    const names: string[] = [];
    for (const { name } of Deno.readDirSync(path)) {
      if (names.push(name) > MAX_NAMES) return undefined;
    }
    return names;
  });
}

function readText(path: string, maxBytes: number): string | undefined {
  if (!exists(path)) return undefined;
  return attempt(() => {
    // A pipe or a device would block the judge, so only regular files are opened.
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > maxBytes) return undefined;
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  });
}

/** Asked before anything else, because a question that fails with an error takes ten times as long. */
function exists(path: string): boolean {
  // The runtime itself refuses some paths of /proc and /dev, whatever it was granted.
  return attempt(() => existsSync(path)) ?? false;
}

/** The result; undefined where the machine says no. */
function attempt<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch (error) {
    // Not UTF-8, not there, not permitted, not granted, too many links: all mean "cannot be seen".
    if (error instanceof TypeError || isFileError(error)) return undefined;
    throw error;
  }
}

function isFileError(error: unknown): boolean {
  // The runtime has no class of its own for a path that is too long or a broken link.
  return error instanceof Error &&
    (error.constructor === Error ||
      Object.values(Deno.errors).some((type) => error instanceof type));
}
