import { type ArchiveEntry, isUnreadable } from "../archive.ts";
import { harmlessGitConfig } from "./git_config.ts";

/** The git directory of a repository, however it is connected. */
export interface GitDir {
  /** Directories of the host whose files become `.git`; a later one wins. */
  readonly sources: readonly string[];
}

/**
 * Finds what is to become `.git` in a copy: the directory itself, or for a linked worktree the
 * common directory with the worktree's own files over it. A `.git` file that another repository
 * does not know of leads nowhere: it could point at any repository of the person.
 */
export async function findGitDir(repository: string): Promise<GitDir | undefined> {
  const path = `${repository}/.git`;
  const info = await Deno.lstat(path).catch(absent);
  if (info === undefined) return undefined;
  if (info.isDirectory) return { sources: [path] };
  if (!info.isFile) return undefined;
  const linked = /^gitdir: (.+)/.exec(await Deno.readTextFile(path).catch(absent) ?? "")?.[1]
    ?.trim();
  if (linked === undefined) return undefined;
  const own = await Deno.realPath(resolve(linked, repository)).catch(absent);
  if (own === undefined) return undefined;
  const back = (await Deno.readTextFile(`${own}/gitdir`).catch(absent))?.trim();
  const common = (await Deno.readTextFile(`${own}/commondir`).catch(absent))?.trim();
  if (back === undefined || common === undefined) return undefined;
  const known = await Deno.realPath(resolve(back, own)).catch(absent);
  if (known !== await Deno.realPath(path)) return undefined;
  const shared = await Deno.realPath(resolve(common, own)).catch(absent);
  return shared === undefined ? undefined : { sources: [shared, own] };
}

/** What is done with a path inside a git directory. */
export type GitFile = "copy" | "harmless_config" | "leave_out";

/** Files of a git directory that name programs, other directories or other processes. */
const LEFT_OUT =
  /^(?:hooks|worktrees|config\.worktree|commondir|gitdir|fsmonitor--daemon.*|objects\/info\/alternates|objects\/info\/http-alternates|.*\.lock)(?:\/|$)/;

/** What is done with a path, relative to its git directory. */
export function gitFileKind(path: string): GitFile {
  // A submodule's directory lies under the name that the repository gave it.
  const module = /^modules\/(?!.*(?:^|\/)(?:refs|logs|objects)\/).*?([^/]+)$/.exec(path)?.[1];
  if (/^modules\/(?:.*\/)?hooks(?:\/|$)/.test(path) && module !== undefined) return "leave_out";
  const name = module ?? path;
  if (name === "config") return "harmless_config";
  return LEFT_OUT.test(name) ? "leave_out" : "copy";
}

/** The configuration of a copied git directory; the least that there is without a file. */
export async function harmlessConfigOf(path: string | undefined): Promise<Uint8Array> {
  const text = path === undefined ? "" : await Deno.readTextFile(path).catch(absent);
  return new TextEncoder().encode(harmlessGitConfig(text ?? ""));
}

/**
 * The entries that the keeper owns. The sticky bit on `.git` keeps commands from renaming or
 * removing them, though they may create files beside them. Both are there in any case, so that
 * nothing can be put in their place.
 */
export function keeperEntries(config: Uint8Array, mtime: Date): readonly ArchiveEntry[] {
  return [
    { name: ".git", type: "directory", mode: 0o1777, mtime },
    { name: ".git/hooks", type: "directory", mode: 0o555, mtime },
    { name: ".git/config", type: "file", mode: 0o444, mtime, body: config },
  ];
}

function resolve(path: string, base: string): string {
  return path.startsWith("/") ? path : `${base}/${path}`;
}

function absent(error: unknown): undefined {
  if (isUnreadable(error) || error instanceof Deno.errors.IsADirectory) return undefined;
  throw error;
}
