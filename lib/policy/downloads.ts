import { resolvePath } from "./paths.ts";
import type { ShellState } from "./state.ts";
import { type Arg, known, type Stream, taintOf } from "./values.ts";

/** Remembers a file that holds what was downloaded or decoded: running it later is refused. */
export function rememberDownload(printed: Stream, target: Arg, state: ShellState): void {
  const path = known(target);
  if (printed.kind !== "unknown" || printed.taint === undefined || path === undefined) return;
  for (const dir of state.dirs) state.downloads.add(resolvePath(dir, path));
}

/** Whether a word is, or comes from, something that was downloaded or decoded. */
export function isDownloaded(arg: Arg, state: ShellState): boolean {
  if (taintOf(arg) !== undefined) return true;
  const path = known(arg);
  return path !== undefined &&
    state.dirs.some((dir) => state.downloads.has(resolvePath(dir, path)));
}
