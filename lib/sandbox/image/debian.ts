import { OwllmError } from "../../core/mod.ts";
import type { ArchiveEntry } from "../archive.ts";
import { isUnreadable } from "../archive.ts";

/** Where dpkg keeps what is installed. */
const DPKG = "/var/lib/dpkg";

/** An installed package. */
interface DebianPackage {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
  /** Each inner list is a choice: `a | b`. */
  readonly depends: readonly (readonly string[])[];
}

/**
 * What packages need at installation or for parts that the sandbox does without. Git's Perl tools
 * (send-email, svn) alone would double the image.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "adduser",
  "base-passwd",
  "debconf",
  "dpkg",
  "git-man",
  "init-system-helpers",
  "install-info",
  "libdebconfclient0",
  "liberror-perl",
  "media-types",
  "passwd",
  "perl",
  "perl-base",
  "perl-modules",
  "sensible-utils",
  "tzdata",
  "ucf",
]);

/** Documentation and translations: a third of the bytes, none of the use. */
const LEFT_OUT_PATHS =
  /^\/(?:usr\/share\/(?:doc|doc-base|man|info|locale|lintian|bug|applications|pixmaps|gitweb|bash-completion|menu)|usr\/games|var|boot|home|root|tmp|run|media|mnt|srv|opt|lib\/systemd|usr\/lib\/systemd)(?:\/|$)/;

/** The configuration that programs need; the rest of `/etc` may hold the host's secrets. */
const KEPT_ETC = /^\/etc\/(?:ld\.so\.conf(?:\.d)?|alternatives|python3(?:\.\d+)?)(?:\/|$)/;

/** Links that no package lists, because its installation makes them. */
const MADE_LINKS = [
  "/usr/bin/awk",
  "/etc/alternatives/awk",
  "/usr/bin/which",
  "/etc/alternatives/which",
];

/** Top directories that are links where `/usr` is merged. */
const TOP_LINKS = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** The files of packages of this host, and which packages they are. */
export interface HostPackages {
  /** `name version`, sorted. */
  readonly packages: readonly string[];
  /** Packages that were wanted and are not installed. */
  readonly missing: readonly string[];
  readonly entries: readonly ArchiveEntry[];
  /** Bytes of all files. */
  readonly bytes: number;
}

/**
 * Gathers the files of installed packages with all that they depend on. Nothing that belongs to no
 * package comes along, and nothing that only root may read.
 *
 * @throws `unreachable` on a host without dpkg.
 */
export async function gatherHostPackages(
  roots: readonly string[],
  signal: AbortSignal,
): Promise<HostPackages> {
  const installed = await readInstalled();
  const missing = roots.filter((name) => !installed.has(name));
  const packages = closure(roots.filter((name) => installed.has(name)), installed);
  const gathered = new Map<string, ArchiveEntry>();
  const places = new Map<string, string | undefined>();
  let bytes = 0;
  const add = async (path: string) => {
    const entry = await entryOf(path, places);
    if (entry === undefined || gathered.has(entry.name)) return;
    gathered.set(entry.name, entry);
    if (entry.type === "file") bytes += entry.body instanceof Uint8Array ? 0 : entry.body.size;
  };
  for (const path of TOP_LINKS) await add(path);
  for (const one of packages) {
    signal.throwIfAborted();
    for (const path of await filesOf(one)) {
      if (isWanted(path)) await add(path);
      if (path.endsWith(".py")) await addCompiled(path, add);
    }
  }
  for (const path of MADE_LINKS) await add(path);
  const entries = [...gathered.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  return {
    packages: packages.map(({ name, version }) => `${name} ${version}`).sort(),
    missing,
    entries,
    bytes,
  };
}

function isWanted(path: string): boolean {
  return !LEFT_OUT_PATHS.test(path) && (!path.startsWith("/etc/") || KEPT_ETC.test(path));
}

/** Compiled modules belong to no package; on a read-only root Python would compile them each time. */
async function addCompiled(source: string, add: (path: string) => Promise<void>): Promise<void> {
  const [, directory, name] = /^(.*)\/([^/]+)\.py$/.exec(source) ?? [];
  try {
    for await (const entry of Deno.readDir(`${directory}/__pycache__`)) {
      if (entry.name.startsWith(`${name}.`)) await add(`${directory}/__pycache__/${entry.name}`);
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
}

async function readInstalled(): Promise<ReadonlyMap<string, DebianPackage>> {
  let text: string;
  try {
    text = await Deno.readTextFile(`${DPKG}/status`);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new OwllmError({
        code: "denied",
        message: `owllm has no grant to read this machine's packages in "${DPKG}"`,
        recoverySuggestion: "Put the words first: owllm sandbox build",
        cause: error,
      });
    }
    if (!isUnreadable(error)) throw error;
    throw new OwllmError({
      code: "unreachable",
      message: "An image can be made of the host's own packages on Debian and its relatives only",
      recoverySuggestion:
        "Take one from a registry: owllm sandbox build --from-registry python:3.12",
      cause: error,
    });
  }
  const packages = new Map<string, DebianPackage>();
  const provided = new Map<string, DebianPackage>();
  for (const paragraph of text.split("\n\n")) {
    const field = (name: string) =>
      new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1]?.trim() ?? "";
    if (field("Status") !== "install ok installed") continue;
    const one: DebianPackage = {
      name: field("Package"),
      architecture: field("Architecture"),
      version: field("Version"),
      depends: [...namesOf(field("Pre-Depends")), ...namesOf(field("Depends"))],
    };
    packages.set(one.name, one);
    for (const name of namesOf(field("Provides")).flat()) provided.set(name, one);
  }
  for (const [name, one] of provided) if (!packages.has(name)) packages.set(name, one);
  return packages;
}

/** `a (>= 1) | b, c:any` as [[a, b], [c]]. */
function namesOf(field: string): string[][] {
  return field.split(",").filter((one) => one.trim() !== "").map((one) =>
    one.split("|").map((choice) => /^[a-z0-9.+-]+/.exec(choice.trim())?.[0] ?? "")
  );
}

function closure(
  roots: readonly string[],
  installed: ReadonlyMap<string, DebianPackage>,
): DebianPackage[] {
  const found = new Set<DebianPackage>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const one = installed.get(name);
    if (one === undefined || found.has(one) || LEFT_OUT.has(one.name)) continue;
    found.add(one);
    for (const choice of one.depends) {
      const taken = choice.find((each) => installed.has(each));
      if (taken !== undefined) waiting.push(taken);
    }
  }
  return [...found];
}

async function filesOf({ name, architecture }: DebianPackage): Promise<string[]> {
  for (const file of [`${DPKG}/info/${name}.list`, `${DPKG}/info/${name}:${architecture}.list`]) {
    try {
      return (await Deno.readTextFile(file)).split("\n").filter((path) =>
        path.startsWith("/") && path !== "/."
      );
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }
  return [];
}

/** The entry for a path, in the directory that its path really leads to; undefined to leave it out. */
async function entryOf(
  path: string,
  places: Map<string, string | undefined>,
): Promise<ArchiveEntry | undefined> {
  const [, parent = "", base = ""] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  if (!places.has(parent)) places.set(parent, await realPath(parent || "/"));
  const directory = places.get(parent);
  if (directory === undefined) return undefined;
  const place = `${directory === "/" ? "" : directory}/${base}`;
  try {
    const info = await Deno.lstat(place);
    const name = place.slice(1);
    const mtime = info.mtime ?? new Date(0);
    if (info.isSymlink) return { name, mtime, type: "symlink", target: await Deno.readLink(place) };
    if (info.isDirectory) return { name, mtime, type: "directory", mode: 0o755 };
    // What only root may read is none of a sandbox's business.
    if (!info.isFile || ((info.mode ?? 0) & 0o004) === 0) return undefined;
    const mode = ((info.mode ?? 0) & 0o001) === 0 ? 0o644 : 0o755;
    const body = { path: place, size: info.size, dev: info.dev, ino: info.ino };
    return { name, mtime, type: "file", mode, body };
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
