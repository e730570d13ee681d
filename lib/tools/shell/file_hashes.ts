import { OwllmError } from "../../core/mod.ts";
import type { Effects } from "../../policy/mod.ts";
import { type Executor, WORKSPACE } from "../../sandbox/mod.ts";
import { type FileHash, hashFile } from "../approvals/subject.ts";

/** An approval of a command that touches more files than these could not say what it binds to. */
const MAX_FILES = 500;

const HASH_TIMEOUT_MS = 20_000;

/** For each argument its hash, or `-` where there is no regular file that can be read. */
const HASH_SCRIPT = `for file; do
  hash=-; if [ -f "$file" ]; then hash=$(sha256sum <"$file") || hash=-; fi
  printf '%s\\n' "\${hash%% *}"
done 2>/dev/null`;

/** Where the files of a command lie. */
export interface HashPlace {
  /** Real path of the repository on the host. */
  readonly repository: string;
  readonly executor: Executor;
  readonly bound: boolean;
}

/**
 * Content hashes of the workspace's files that a command reads or runs. They are of the files that
 * the command will find: an earlier command may have changed a script in the sandbox, of which the
 * repository knows nothing.
 *
 * @throws {@linkcode OwllmError} `denied` when they are too many or cannot be hashed
 */
export async function fileHashes(
  { repository, executor, bound }: HashPlace,
  { exec, reads }: Effects,
  signal: AbortSignal,
): Promise<readonly FileHash[]> {
  const paths = [...new Set([...exec, ...reads])]
    .filter((path) => path.startsWith(`${WORKSPACE}/`))
    .toSorted();
  if (paths.length > MAX_FILES) {
    throw cannotBind(`it names ${paths.length} files`, `Name at most ${MAX_FILES} files at once`);
  }
  if (paths.length === 0) return [];
  if (bound || executor.kind === "none") {
    return await Promise.all(paths.map(async (path) => ({
      path,
      sha256: await hashFile(repository + path.slice(WORKSPACE.length)),
    })));
  }
  const { code, stdout } = await executor.run({
    program: "/bin/bash",
    args: ["-c", HASH_SCRIPT, "hash", ...paths],
    cwd: WORKSPACE,
    env: {},
    maxOutputBytes: 1024 * 1024,
    timeoutMs: HASH_TIMEOUT_MS,
  }, signal);
  const hashes = new TextDecoder().decode(stdout.head).trimEnd().split("\n");
  if (code !== 0 || hashes.length !== paths.length) {
    throw cannotBind("its files could not be hashed", "Try again, with fewer or smaller files");
  }
  return paths.map((path, index) => {
    const hash = hashes[index] ?? "-";
    return { path, sha256: hash === "-" ? null : hash };
  });
}

function cannotBind(why: string, recoverySuggestion: string): OwllmError {
  return new OwllmError({
    code: "denied",
    message: `No approval can be asked for this command: ${why}`,
    recoverySuggestion,
  });
}
