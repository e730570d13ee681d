import type { SearchFound, SearchHit, Snippet } from "../../trace/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { printable, verbatim } from "../text_width.ts";
import { formatCount, formatWhen, parseCount, showCommand } from "../trace_lines.ts";
import { openTracesFor, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & { readonly run?: string; readonly limit: number };

/** Indent of what belongs to a hit. */
const INDENT = "  ";

/** Length of a snippet in a document, which must not depend on a terminal. */
const JSON_WIDTH = 200;

/** `owllm trace search "words"`. */
export const traceSearch = defineCommand<Flags, [words: string]>({
  brief: "Search the prompts, tool arguments, results and errors of all traces",
  description:
    "All words must be found, in any order, without regard to case and accents. A phrase stands " +
    "in double quotes, wor* finds what begins so, and error:, tool:, prompt: and result: look " +
    "only there. The best match comes first; where more than 500 match, the newest.",
  examples: [
    'owllm trace search "connection refused"',
    "owllm trace search 'tool:read_file error:\"not found\"'",
    "owllm trace search weather --run last --json",
  ],
  flags: {
    ...TRACES_FLAGS,
    run: {
      kind: "parsed",
      parse: (value: string): string => value,
      brief: "Only in this session",
      optional: true,
      placeholder: "RUN",
    },
    limit: {
      kind: "parsed",
      parse: parseCount,
      brief: "Most hits",
      default: "10",
      placeholder: "N",
    },
  },
  positional: {
    kind: "tuple",
    parameters: [{ brief: "What to look for", parse: String, placeholder: "WORDS" }],
  },
  async run(run, words) {
    const { cli, out, flags } = run;
    using state = await openTracesFor(cli, flags);
    const { searchEvents } = await import("../../trace/mod.ts");
    const sessionId = flags.run === undefined ? undefined : traceById(state.traces, flags.run).id;
    const found = searchEvents(state.traces, words, {
      limit: flags.limit,
      sessionId,
      width: out.json ? JSON_WIDTH : Math.max(40, 2 * (out.columns - INDENT.length) - 20),
    });
    if (out.json) return out.printJson({ query: words, ...found });
    printHits(run, found);
  },
});

function printHits({ out, flags }: Run<Flags>, { hits, matches, more }: SearchFound): void {
  const { style } = out;
  if (hits.length === 0) {
    out.print("Nothing found");
    out.note("  Every word must be there; wor* finds what begins so");
    return;
  }
  for (const hit of hits) {
    const sign = hit.failed ? style.red("✗ ") : "";
    const step = hit.step_index === null ? "" : `  step ${hit.step_index}`;
    out.print(`${sign}${style.bold(whatOf(hit))}${step}  ${style.dim(formatWhen(hit.started_at))}`);
    if (hit.snippet !== null) out.print(`${INDENT}${highlighted(hit.snippet, style.yellow)}`);
    out.print(
      `${INDENT}${
        style.dim(showCommand(hit.session_id, { step: hit.step_index, traceDb: flags.traceDb }))
      }`,
    );
  }
  if (more) out.note(`More than ${formatCount(matches)} match; these are the newest`);
  else if (matches > hits.length) {
    out.note(`${formatCount(matches)} match; all: --limit ${matches}`);
  }
}

function whatOf({ kind, name }: SearchHit): string {
  const kinds = { cais: "model", runtime: "tool", environment: "env", message: "", span: "span" };
  return printable(`${kinds[kind]} ${name}`);
}

/** The piece on one line; what is around and between the marks is made harmless by itself. */
function highlighted(
  { text, marks, before, after }: Snippet,
  mark: (text: string) => string,
): string {
  let line = before ? "… " : "";
  let at = 0;
  for (const [start, end] of marks) {
    line += oneLine(text.slice(at, start)) + mark(oneLine(text.slice(start, end)));
    at = end;
  }
  return line + oneLine(text.slice(at)) + (after ? " …" : "");
}

/** As `printable`, but blanks at the ends stay: a mark comes next. */
function oneLine(text: string): string {
  return verbatim(text.replaceAll(/\s+/g, " "));
}
