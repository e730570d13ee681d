import ignore, { type Ignore } from "ignore";

/** Something in the repository. */
export interface WalkEntry {
  /** Path from the root, with `/`. */
  readonly relative: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
}

/** What a walk shows. */
export interface WalkOptions {
  /** Directory to start in, relative to the root; `.` for all. */
  readonly start: string;
  /** How many levels below the start are entered; no limit when left out. */
  readonly maxDepth?: number;
  /** Patterns as in `.gitignore`; only files that match one are given. */
  readonly globs?: readonly string[];
  /** Also what the ignore files leave out; `.git` never. */
  readonly ignored?: boolean;
}

/** The rules of one ignore file, for paths below its directory. */
interface Rules {
  /** Prefix of the directory with a final `/`; empty at the root. */
  readonly prefix: string;
  readonly rules: Ignore;
}

/**
 * Walks the repository in the order of names. Ignore files are respected as git does; links are
 * named and not followed; a directory that may not be read is passed over.
 */
export function* walk(root: string, options: WalkOptions): Generator<WalkEntry, void, undefined> {
  const { start, globs, maxDepth = Number.POSITIVE_INFINITY, ignored = false } = options;
  const wanted = globs === undefined || globs.length === 0 ? undefined : ignore().add([...globs]);
  const rules = ignored ? [] : rulesAbove(root, start);
  yield* walkDirectory({ root, wanted, ignored, maxDepth }, start, rules, 1);
}

interface Walk {
  readonly root: string;
  readonly wanted: Ignore | undefined;
  readonly ignored: boolean;
  readonly maxDepth: number;
}

function* walkDirectory(
  walk: Walk,
  directory: string,
  above: readonly Rules[],
  depth: number,
): Generator<WalkEntry, void, undefined> {
  const prefix = directory === "." ? "" : `${directory}/`;
  const entries = readDirectory(`${walk.root}/${directory}`);
  const own = walk.ignored || !entries.some(({ name }) => name === ".gitignore")
    ? above
    : [...above, ...rulesOf(walk.root, prefix)];
  for (const entry of entries) {
    if (entry.name === ".git") continue;
    const relative = prefix + entry.name;
    if (own.length > 0 && isIgnored(own, relative, entry.isDirectory)) continue;
    const kind = kindOf(entry);
    const directoryWanted = walk.wanted === undefined;
    if (kind === "directory" ? directoryWanted : walk.wanted?.ignores(relative) ?? true) {
      yield { relative, kind };
    }
    if (kind === "directory" && depth < walk.maxDepth) {
      yield* walkDirectory(walk, relative, own, depth + 1);
    }
  }
}

function readDirectory(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound) {
      return [];
    }
    throw error;
  }
}

function kindOf(entry: Deno.DirEntry): WalkEntry["kind"] {
  if (entry.isSymlink) return "symlink";
  if (entry.isDirectory) return "directory";
  return entry.isFile ? "file" : "other";
}

/** The rules that hold at a directory from the ones above it. */
function rulesAbove(root: string, start: string): Rules[] {
  const exclude = readRules(`${root}/.git/info/exclude`, "");
  const names = start === "." ? [] : start.split("/");
  const prefixes = names.map((_, index) =>
    names.slice(0, index).map((name) => `${name}/`).join("")
  );
  return [...exclude, ...prefixes.flatMap((prefix) => rulesOf(root, prefix))];
}

function rulesOf(root: string, prefix: string): Rules[] {
  return readRules(`${root}/${prefix}.gitignore`, prefix);
}

function readRules(path: string, prefix: string): Rules[] {
  try {
    return [{ prefix, rules: ignore().add(Deno.readTextFileSync(path)) }];
  } catch {
    return []; // No file, no right to read it, or a directory of that name: there are no rules.
  }
}

/** The last file that says something about a path decides, as in git. */
function isIgnored(all: readonly Rules[], relative: string, isDirectory: boolean): boolean {
  for (const { prefix, rules } of all.toReversed()) {
    const local = relative.slice(prefix.length) + (isDirectory ? "/" : "");
    const verdict = rules.test(local);
    if (verdict.ignored || verdict.unignored) return verdict.ignored;
  }
  return false;
}
