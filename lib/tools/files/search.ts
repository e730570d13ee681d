import { z } from "zod";
import { defineTool } from "../tool.ts";
import { truncate } from "../truncate.ts";
import { breathe } from "./list_files.ts";
import { resolveExisting, show } from "./paths.ts";
import { compilePattern, type LineMatcher } from "./pattern.ts";
import { MAX_FILE_BYTES } from "./read.ts";
import { isSecretFile } from "./secrets.ts";
import { walk } from "./walk.ts";

const MAX_MATCHES = 200;
const MAX_CHARS = 16_000;

/** A longer line is shown in part: minified code is one line of megabytes. */
const MAX_LINE = 300;

/** How many files are read between two chances to stop. */
const BETWEEN_PAUSES = 2_000;

interface Match {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** `search`: lines that match a regular expression or a text, ignore files respected. */
export function createSearch(root: string) {
  return defineTool({
    name: "search",
    description: "Find lines by a regular expression, or by a text with literal true.",
    effect: "read",
    schema: z.strictObject({
      pattern: z.string(),
      path: z.string().default(".").describe("File or directory"),
      glob: z.string().optional().describe('Only files that match, such as "*.py"'),
      literal: z.boolean().default(false),
      ignore_case: z.boolean().default(false),
    }),
    async run({ pattern, path, glob, literal, ignore_case }, signal) {
      const { relative, info } = await resolveExisting(root, path);
      const matcher = await compilePattern(pattern, { literal, ignoreCase: ignore_case });
      const found: Match[] = [];
      let files = 0;
      for (const file of filesIn(root, relative, info.isFile, glob)) {
        if (++files % BETWEEN_PAUSES === 0) await breathe(signal);
        if (isSecretFile(file)) continue;
        searchFile(root, file, matcher, found);
        if (found.length > MAX_MATCHES) break;
      }
      return answer(pattern, found, files);
    },
  });
}

function* filesIn(
  root: string,
  start: string,
  isFile: boolean,
  glob: string | undefined,
): Generator<string, void, undefined> {
  if (isFile) return void (yield start);
  for (
    const { relative, kind } of walk(root, { start, ...glob !== undefined && { globs: [glob] } })
  ) {
    if (kind === "file") yield relative;
  }
}

const decoder = new TextDecoder();

function searchFile(root: string, relative: string, matcher: LineMatcher, found: Match[]): void {
  const text = textOf(`${root}/${relative}`);
  if (text === undefined || !matcher.mayMatch(text)) return;
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (!matcher.matches(line)) continue;
    found.push({ path: relative, line: number, text: line.replace(/\r$/, "") });
    if (found.length > MAX_MATCHES) return;
  }
}

/** Most files are smaller: one buffer for all of them saves most of the time of a search. */
const BUFFER = new Uint8Array(64 * 1024);

/** The text of a file; undefined for what is binary, giant or may not be read. */
function textOf(path: string): string | undefined {
  try {
    const start = readStart(path);
    if (start.subarray(0, 8_000).includes(0)) return undefined;
    if (start.length < BUFFER.length) return decoder.decode(start);
    return Deno.statSync(path).size > MAX_FILE_BYTES ? undefined : Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound) {
      return undefined;
    }
    throw error;
  }
}

/** The first bytes of a file, in the shared buffer. */
function readStart(path: string): Uint8Array {
  const file = Deno.openSync(path, { read: true });
  try {
    return BUFFER.subarray(0, file.readSync(BUFFER) ?? 0);
  } finally {
    file.close();
  }
}

function answer(pattern: string, found: readonly Match[], files: number) {
  const shown = found.slice(0, MAX_MATCHES);
  const lines = shown.map(({ path, line, text }) =>
    `${show(path)}:${line}: ${text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text}`
  );
  const more = found.length > MAX_MATCHES;
  const [text, truncated] = truncate(lines.join("\n"), {
    maxChars: MAX_CHARS,
    rest: 'Narrow it: a longer pattern, "path" or "glob"',
  });
  const head = found.length === 0
    ? `No line matches "${show(pattern)}" in ${files} files`
    : `${more ? `more than ${MAX_MATCHES}` : found.length} matches`;
  const tail = more ? `\n[cut after ${MAX_MATCHES} matches. Narrow it: "path" or "glob"]` : "";
  return {
    text: found.length === 0 ? head : `${head}\n${text}${tail}`,
    truncated: truncated || more,
    data: { matches: shown, more },
  };
}
