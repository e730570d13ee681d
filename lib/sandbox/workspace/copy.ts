import { formatBytes, OwllmError } from "../../core/mod.ts";
import { type ArchiveEntry, isUnreadable } from "../archive.ts";
import type { LeftOut } from "../executor.ts";
import { findGitDir, gitFileKind, harmlessConfigOf, keeperEntries } from "./git_dir.ts";

/** What a copy of a repository is made of. */
export interface CopyPlan {
  /** What commands must not change. */
  readonly keeper: readonly ArchiveEntry[];
  readonly worker: readonly ArchiveEntry[];
  readonly files: number;
  /** Bytes of all files. */
  readonly bytes: number;
  readonly leftOut: readonly LeftOut[];
}

/** What limits a copy. */
export interface CopyOptions {
  /** Names that are left out wherever they are. */
  readonly exclude: readonly string[];
  /** Space that the files may take. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** More paths than this are no repository that a sandbox in memory can hold. */
const MAX_PATHS = 500_000;

/**
 * Lists what of a repository is copied. Symlinks are copied as they are and never followed;
 * sockets, devices and what cannot be read are left out, and so are hooks and whatever in git's
 * configuration could start a program.
 *
 * @throws `usage` when it is no directory or does not fit.
 */
export async function planCopy(repository: string, options: CopyOptions): Promise<CopyPlan> {
  const root = await rootOf(repository);
  const walk = new Walk(options);
  await walk.directory(root, "", (path) => path === ".git" ? "leave_out" : "copy");
  const git = await findGitDir(root);
  for (const source of git?.sources ?? []) await walk.directory(source, ".git", gitKind);
  if (git === undefined && await lookAt(`${root}/.git`) !== undefined) {
    walk.leftOut.push({ path: ".git", reason: "it belongs to no repository that knows of it" });
  }
  const [shared] = git?.sources ?? [];
  const body = await harmlessConfigOf(shared === undefined ? undefined : `${shared}/config`);
  const { entries, files, bytes, leftOut } = walk;
  return {
    keeper: keeperEntries(body, new Date(0)),
    worker: [...entries.values()],
    files,
    bytes,
    leftOut,
  };
}

/** What is done with a path below the top `.git`, whose own two entries are the keeper's. */
function gitKind(path: string): "copy" | "leave_out" | "harmless_config" {
  const inside = path.slice(".git/".length);
  return inside === "config" || inside === "hooks" ? "leave_out" : gitFileKind(inside);
}

async function rootOf(repository: string): Promise<string> {
  try {
    const root = await Deno.realPath(repository);
    if ((await Deno.stat(root)).isDirectory) return root;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  throw new OwllmError({
    code: "usage",
    message: `There is no directory "${repository}" to copy into the sandbox`,
    context: { repository },
  });
}

/** What becomes of a path. */
type Kind = (path: string) => "copy" | "leave_out" | "harmless_config";

/** A file in memory takes whole pages. */
const PAGE_BYTES = 4096;

/** Paths that are looked at at the same time. */
const AT_ONCE = 32;

/** A path of the host and its name in the archive. */
interface Found {
  readonly path: string;
  readonly name: string;
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

class Walk {
  readonly entries = new Map<string, ArchiveEntry>();
  readonly leftOut: LeftOut[] = [];
  readonly #byTop = new Map<string, number>();
  files = 0;
  bytes = 0;
  #space = 0;

  constructor(private readonly options: CopyOptions) {}

  /** Lists a directory of the host under a name of the archive. */
  async directory(path: string, name: string, kind: Kind): Promise<void> {
    this.options.signal.throwIfAborted();
    let listed: Deno.DirEntry[];
    try {
      listed = await Array.fromAsync(Deno.readDir(path));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.leftOut.push({ path: name, reason: "it cannot be read" });
      return;
    }
    listed.sort((a, b) => a.name < b.name ? -1 : 1);
    const found: Found[] = [];
    for (const { name: base } of listed) {
      const below = name === "" ? base : `${name}/${base}`;
      if (this.options.exclude.includes(base)) {
        this.leftOut.push({ path: below, reason: "sandbox.exclude names it" });
      } else if (kind(below) !== "leave_out") found.push({ path: `${path}/${base}`, name: below });
    }
    for (let at = 0; at < found.length; at += AT_ONCE) {
      const some = found.slice(at, at + AT_ONCE);
      const infos = await Promise.all(some.map(({ path }) => lookAt(path)));
      for (const [index, one] of some.entries()) await this.#path(one, infos[index], kind);
    }
  }

  async #path({ path, name }: Found, info: Deno.FileInfo | undefined, kind: Kind): Promise<void> {
    if (info === undefined) {
      // A name that is not UTF-8 comes out of the listing as another name, too.
      this.leftOut.push({ path: name, reason: "its name is not UTF-8, or it has just vanished" });
      return;
    }
    const mtime = info.mtime ?? new Date(0);
    if (kind(name) === "harmless_config") {
      const body = await harmlessConfigOf(path);
      return this.#add({ name, type: "file", mode: 0o644, mtime, body }, 0);
    }
    if (info.isSymlink) {
      return this.#add({ name, type: "symlink", target: await Deno.readLink(path), mtime }, 0);
    }
    if (info.isDirectory) {
      this.#add({ name, type: "directory", mode: 0o755, mtime }, 0);
      return await this.directory(path, name, nestedGit(name) ?? kind);
    }
    if (!info.isFile) {
      this.leftOut.push({ path: name, reason: "it is neither a file nor a directory" });
      return;
    }
    const { size, dev, ino } = info;
    // Only the x bit has a meaning for the copy: no setuid, nothing unreadable.
    const mode = ((info.mode ?? 0) & 0o100) === 0 ? 0o644 : 0o755;
    this.files++;
    this.#add({ name, type: "file", mode, mtime, body: { path, size, dev, ino } }, size);
  }

  #add(entry: ArchiveEntry, bytes: number): void {
    this.entries.set(entry.name, entry);
    this.bytes += bytes;
    this.#space += Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    const [top = ""] = entry.name.split("/");
    this.#byTop.set(top, (this.#byTop.get(top) ?? 0) + bytes);
    if (this.#space > this.options.maxBytes || this.entries.size > MAX_PATHS) throw this.#tooBig();
  }

  #tooBig(): OwllmError {
    const biggest = [...this.#byTop].sort((a, b) => b[1] - a[1]).slice(0, 3);
    const names = biggest.map(([name, bytes]) => `${name} (${formatBytes(bytes)})`).join(", ");
    return new OwllmError({
      code: "usage",
      message: `The repository does not fit into the sandbox's ${
        formatBytes(this.options.maxBytes)
      }; the biggest that was seen: ${names}`,
      recoverySuggestion: `In owllm.toml: [sandbox] exclude = [${
        JSON.stringify(biggest.find(([name]) => name !== ".git")?.[0] ?? "target")
      }], or raise workspace_mb and memory_mb`,
      context: { max_bytes: this.options.maxBytes },
    });
  }
}

/** A repository inside of the repository is as little trusted; its rule starts at its own `.git`. */
function nestedGit(name: string): Kind | undefined {
  const prefix = `${name}/`;
  return /(?:^|\/)\.git$/.test(name) ? (path) => gitFileKind(path.slice(prefix.length)) : undefined;
}
