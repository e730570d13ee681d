import { EXIT, OwllmError } from "../../core/mod.ts";
import type { Imported } from "../../trace/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { redactorFor } from "../tracing.ts";
import { loadSettings } from "../load.ts";
import { printable } from "../text_width.ts";
import { openTracesFor, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & { readonly replace: boolean };

/** `owllm trace import FILE…`. */
export const traceImport = defineCommand<Flags, string[]>({
  brief: "Read traces from files into the state or trace file",
  description:
    "It takes what owllm trace export wrote, of Parquet the directory, and the v3 traces of task " +
    "apps, also inside of the answer of a rollout. What a file is, its content tells. Each session is written wholly or " +
    "not at all, and cleaned of secrets before.",
  examples: [
    "owllm trace import rollout.json",
    "owllm trace import traces.jsonl --replace",
    "owllm trace import run1.json run2.json --trace-db traces.db --json",
  ],
  flags: {
    ...TRACES_FLAGS,
    replace: {
      kind: "boolean",
      brief: "A session that is there already makes way",
      default: false,
      withNegated: false,
    },
  },
  positional: {
    kind: "array",
    parameter: {
      brief: "File with traces, or directory of Parquet files",
      parse: (value: string): string => value,
      placeholder: "FILE",
    },
  },
  async run(run, ...files) {
    const { cli, out, flags } = run;
    if (files.length === 0) {
      throw new OwllmError({
        code: "usage",
        message: "It is not said which file to import",
        recoverySuggestion: "E.g. owllm trace import traces.jsonl",
      });
    }
    const redactor = await redactorFor(cli, await loadSettings(cli, flags));
    using state = await openTracesFor(cli, flags, "create");
    const { importTraces } = await import("../../trace/mod.ts");
    const done: (Imported & { readonly file: string })[] = [];
    for (const file of files) {
      const path = file.startsWith("/") ? file : `${cli.cwd}/${file}`;
      const options = { path, shownAs: file, redactor, replace: flags.replace };
      for await (const imported of importTraces(state.traces, options)) {
        cli.signal.throwIfAborted();
        done.push({ ...imported, file });
        say(run, imported);
      }
    }
    if (done.length === 0) cli.setExitCode(EXIT.failed);
    if (!out.json) return out.note(`${done.filter(isNew).length} of ${done.length} imported`);
    out.printJson({
      imported: done.map(({ id, saved, file }) => ({ session_id: id, result: saved, file })),
    });
  },
});

function say({ out }: Run<Flags>, { id: named, saved }: Imported): void {
  const id = printable(named);
  if (saved === "exists") out.note(`${id} is there already and stays: --replace takes its place`);
  else out.print(`${saved === "added" ? "Added" : "Replaced"} ${id}`);
}

function isNew({ saved }: Imported): boolean {
  return saved !== "exists";
}
