import type { ServerKind } from "../../../models/mod.ts";

interface KnownBug {
  readonly kind: ServerKind;
  /** The first version without it. */
  readonly fixedIn: string;
  readonly what: string;
}

/** Bugs that an agent runs into, by the version that cured them. */
const KNOWN_BUGS: readonly KnownBug[] = [
  { kind: "ollama", fixedIn: "0.4.7", what: "streamed tool calls carry no index (ollama#7881)" },
  { kind: "ollama", fixedIn: "0.5.0", what: "JSON schemas are not enforced" },
  { kind: "ollama", fixedIn: "0.8.0", what: "tool calls do not stream" },
];

/** What is known to be broken in a version; empty for an unknown version or a build of one's own. */
export function bugsOf(kind: ServerKind, version: string | undefined): string[] {
  const numbers = numbersOf(version);
  if (numbers === undefined || numbers.every((number) => number === 0)) return [];
  return KNOWN_BUGS
    .filter((bug) => bug.kind === kind && isBefore(numbers, numbersOf(bug.fixedIn) ?? []))
    .map((bug) => bug.what);
}

function numbersOf(version: string | undefined): number[] | undefined {
  return version?.match(/\d+\.\d+\.\d+/)?.[0].split(".").map(Number);
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, number] of a.entries()) {
    if (number !== b[i]) return number < (b[i] ?? 0);
  }
  return false;
}
