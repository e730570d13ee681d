import type { FileKind, FileProbe } from "../../policy/mod.ts";
import { WORKSPACE } from "../../sandbox/mod.ts";

/**
 * Facts about the files that a command will see in a sandbox: the repository stands at
 * {@linkcode WORKSPACE}; of everything else, which is the image's, nothing is known.
 */
export function workspaceProbe(repository: string): FileProbe {
  const toHost = (path: string): string | undefined =>
    path === WORKSPACE || path.startsWith(`${WORKSPACE}/`)
      ? repository + path.slice(WORKSPACE.length)
      : undefined;
  return {
    realPath(path) {
      const host = toHost(path);
      return host === undefined ? path : toWorkspace(repository, realPath(host));
    },
    kind(path) {
      const host = toHost(path);
      return host === undefined ? undefined : kindOf(host);
    },
    list(path) {
      const host = toHost(path);
      return host === undefined ? undefined : namesIn(host);
    },
    readText(path, maxBytes) {
      const host = toHost(path);
      return host === undefined ? undefined : readText(host, maxBytes);
    },
  };
}

/** A link out of the repository leads nowhere in the sandbox; its target is judged as it is. */
function toWorkspace(repository: string, path: string): string {
  return path === repository || path.startsWith(`${repository}/`)
    ? WORKSPACE + path.slice(repository.length)
    : path;
}

/** The real path of the deepest parent that exists, plus the rest. */
function realPath(path: string): string {
  let rest = "";
  for (
    let parent = path;
    parent !== "/" && parent !== "";
    parent = parent.slice(0, parent.lastIndexOf("/"))
  ) {
    const real = attempt(() => Deno.realPathSync(parent));
    if (real !== undefined) return real + rest;
    rest = parent.slice(parent.lastIndexOf("/")) + rest;
  }
  return path;
}

function kindOf(path: string): FileKind | undefined {
  const info = attempt(() => Deno.statSync(path));
  if (info === undefined) return undefined;
  return info.isFile ? "file" : info.isDirectory ? "directory" : "other";
}

/** A longer directory is not looked through; the policy then knows nothing of it. */
const MAX_NAMES = 10_000;

function namesIn(path: string): readonly string[] | undefined {
  return attempt(() => {
    const names: string[] = [];
    for (const { name } of Deno.readDirSync(path)) {
      if (names.push(name) > MAX_NAMES) return undefined;
    }
    return names;
  });
}

function readText(path: string, maxBytes: number): string | undefined {
  return attempt(() => {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > maxBytes) return undefined;
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  });
}

/** What cannot be seen is not known: the policy allows nothing that it does not know. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
