import type { FileProbe } from "../../policy/mod.ts";
import { hostFiles, WORKSPACE } from "../../sandbox/mod.ts";

/**
 * Facts about the files that a command will see in a sandbox: the repository stands at
 * {@linkcode WORKSPACE}; of everything else, which is the image's, nothing is known.
 */
export function workspaceProbe(repository: string): FileProbe {
  const files = hostFiles();
  const toHost = (path: string): string | undefined =>
    path === WORKSPACE || path.startsWith(`${WORKSPACE}/`)
      ? repository + path.slice(WORKSPACE.length)
      : undefined;
  const onHost = <T>(path: string, ask: (host: string) => T): T | undefined => {
    const host = toHost(path);
    return host === undefined ? undefined : ask(host);
  };
  return {
    realPath: (path) =>
      onHost(path, (host) => toWorkspace(repository, files.realPath(host))) ?? path,
    kind: (path) => onHost(path, files.kind),
    list: (path) => onHost(path, files.list),
    readText: (path, maxBytes) => onHost(path, (host) => files.readText(host, maxBytes)),
  };
}

/** A link out of the repository leads nowhere in the sandbox; its target is judged as it is. */
function toWorkspace(repository: string, path: string): string {
  return path === repository || path.startsWith(`${repository}/`)
    ? WORKSPACE + path.slice(repository.length)
    : path;
}
