import { z } from "zod";
import { ValidationError } from "../failure.ts";
import { defineTool } from "../tool.ts";
import { truncate } from "../truncate.ts";
import { resolveExisting, show } from "./paths.ts";
import { walk } from "./walk.ts";

/** More names say nothing to a model of 8,000 tokens. */
const MAX_ENTRIES = 400;
const MAX_CHARS = 12_000;

/** After so many entries the walk stops counting. */
const MAX_WALKED = 200_000;

/** How many entries are looked at between two chances to stop. */
const BETWEEN_PAUSES = 2_000;

/** `list_files`: names of files and directories, ignore files respected. */
export function createListFiles(root: string) {
  return defineTool({
    name: "list_files",
    description:
      "List the files of the repository, or of one directory. Ignored files are left out.",
    effect: "read",
    schema: z.strictObject({
      path: z.string().default(".").describe("Directory; the whole repository when left out"),
      glob: z.string().optional().describe(
        'Only files that match, such as "*.py" or "src/**/*.ts"',
      ),
      depth: z.int().min(1).max(50).optional().describe("Levels to descend; all when left out"),
    }),
    async run({ path, glob, depth }, signal) {
      const { relative, info } = await resolveExisting(root, path);
      if (!info.isDirectory) {
        throw new ValidationError(
          `"${show(relative)}" is a file`,
          `Read it: read_file {"path": "${show(relative)}"}`,
          { path: relative },
        );
      }
      const found: string[] = [];
      let walked = 0;
      for (
        const entry of walk(root, {
          start: relative,
          ...glob === undefined ? {} : { globs: [glob] },
          ...depth === undefined ? {} : { maxDepth: depth },
        })
      ) {
        if (++walked % BETWEEN_PAUSES === 0) await breathe(signal);
        if (walked > MAX_WALKED) break;
        // Directories speak by their files, unless the depth ends at them.
        if (entry.kind === "directory" && depth === undefined) continue;
        found.push(nameOf(entry));
      }
      return answer(found, relative, walked > MAX_WALKED);
    },
  });
}

function nameOf({ relative, kind }: { readonly relative: string; readonly kind: string }): string {
  const name = show(relative);
  if (kind === "directory") return `${name}/`;
  return kind === "symlink" ? `${name}@` : name;
}

function answer(found: readonly string[], relative: string, stopped: boolean) {
  const count = `${found.length}${stopped ? " or more" : ""} files`;
  const [text, truncated] = truncate(found.join("\n"), {
    maxChars: MAX_CHARS,
    maxLines: MAX_ENTRIES,
    rest: 'Name a directory or a glob to see the rest: list_files {"path": "src", "glob": "*.py"}',
  });
  return {
    text: found.length === 0 ? `No files in "${show(relative)}"` : `${count}\n${text}`,
    truncated: truncated || stopped,
    data: { files: found.slice(0, MAX_ENTRIES), count: found.length },
  };
}

/** Lets others run, and stops when asked. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal.throwIfAborted();
}
