/** How messages call a file, and how another one is named. */
export interface FileWords {
  readonly what: "state file" | "trace file";
  readonly another: string;
}

/** Name of the state file in the state directory; a trace file has the name its user gave it. */
export const STATE_FILE = "owllm.db";

/** The words for a file of this path: what `--trace-db` named is not mended by `--state`. */
export function wordsFor(path: string): FileWords {
  return path.endsWith(`/${STATE_FILE}`)
    ? { what: "state file", another: "another directory with `--state DIR`" }
    : { what: "trace file", another: "another file with `--trace-db FILE`" };
}
