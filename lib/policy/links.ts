import { isInside } from "./paths.ts";
import type { PolicyContext } from "./types.ts";

/** Most names that are looked at for links; a larger tree counts as having one. */
const MAX_ENTRIES = 1000;

/**
 * Whether a program that follows links from `root` on may get out of the repository. Only a tree in which every
 * name was looked at is known not to; of others the answer is `whenTooLarge`.
 */
export function mayLeadOut(
  root: string,
  { files, repository }: PolicyContext,
  { most, whenTooLarge } = { most: MAX_ENTRIES, whenTooLarge: true },
): boolean {
  const inside = files.realPath(repository);
  const waiting = [files.realPath(root)];
  let looked = 0;
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (files.kind(directory) !== "directory") continue;
    const names = files.list(directory);
    if (names === undefined || (looked += names.length) > most) return whenTooLarge;
    for (const name of names) {
      if (name === ".git") continue;
      const path = `${directory === "/" ? "" : directory}/${name}`;
      const real = files.realPath(path);
      if (real === path) waiting.push(path);
      else if (!isInside(real, inside)) return true;
    }
  }
  return false;
}
