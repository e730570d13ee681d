import { messageOf, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { showCommand } from "../trace_lines.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";
import { VERSION } from "../version.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & { readonly out?: string };

/** `owllm trace html RUN`. */
export const traceHtml = defineCommand<Flags, [run: string]>({
  brief: "Make one page of a traced session that any browser opens, without a network",
  description: "The page holds the waterfall, every message, tool call and state, and a search " +
    "over all of it. It asks nothing of any host and runs nothing of what it shows. Texts of " +
    "more than 200,000 characters are shortened; the page says where, and how to see them whole.",
  examples: [
    "owllm trace html last > run.html",
    "owllm trace html session_1a2b --out run.html",
  ],
  flags: {
    ...TRACES_FLAGS,
    out: {
      kind: "parsed",
      parse: (value: string): string => value,
      brief: "Write the page to this file instead of stdout",
      optional: true,
      placeholder: "FILE",
    },
  },
  positional: { kind: "tuple", parameters: [RUN] },
  async run({ cli, out, flags }, typed) {
    const { out: file, traceDb } = flags;
    if (out.json && file === undefined) {
      throw new OwllmError({
        code: "usage",
        message: "--json leaves no room for the page on stdout",
        recoverySuggestion: `owllm trace html ${typed} --json --out run.html`,
      });
    }
    using state = await openTracesFor(cli, flags);
    const { id } = traceById(state.traces, typed);
    const { loadTrace, renderTrace } = await import("../../trace/mod.ts");
    const trace = loadTrace(state.traces, id);
    if (trace === undefined) {
      throw new OwllmError({
        code: "not_found",
        message: `"${id}" was removed meanwhile`,
        recoverySuggestion: "owllm trace list",
      });
    }
    const show = showCommand(id, { full: true, traceDb });
    const page = renderTrace(trace, { version: VERSION, show });
    if (file === undefined) {
      for await (const piece of page) out.raw(piece);
      if (Deno.stdout.isTerminal()) {
        out.note(`A browser shows this better: owllm trace html ${typed} > run.html`);
      }
      return;
    }
    await writePage(file, page, cli.signal);
    if (out.json) out.printJson({ session_id: id, file });
    else out.note(`Written: ${file}`);
  },
});

async function writePage(
  file: string,
  page: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await Deno.writeTextFile(file, ReadableStream.from(page), { mode: 0o600, signal });
  } catch (cause) {
    throw new OwllmError({
      code: "usage",
      message: `Cannot write "${file}" of --out: ${messageOf(cause)}`,
      context: { path: file },
      recoverySuggestion: "Name a file in a directory that exists and that you may write to",
      cause,
    });
  }
}
