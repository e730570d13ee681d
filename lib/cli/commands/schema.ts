import { didYouMean, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";

/** The documents that `--json` prints, by the name of their schema. */
const SCHEMAS: Readonly<
  Record<string, { readonly brief: string; load(): Promise<Record<string, unknown>> }>
> = {
  "smoke-model": {
    brief: "What owllm smoke model --json prints",
    load: async () => (await import("../../smoke/mod.ts")).smokeReportJsonSchema(),
  },
  ...Object.fromEntries(
    (["list", "show", "search", "diff"] as const).map((command) => [`trace-${command}`, {
      brief: `What owllm trace ${command} --json prints`,
      load: async () => (await import("../trace_schemas.ts")).traceJsonSchema(command),
    }]),
  ),
};

/** `owllm schema [name]`. */
export const schema = defineCommand<Readonly<Record<never, never>>, [name?: string]>({
  brief: "Print the JSON Schema of a document that --json prints",
  examples: ["owllm schema", "owllm schema smoke-model > smoke-model.schema.json"],
  flags: {},
  positional: {
    kind: "tuple",
    parameters: [
      { brief: "Name of the schema", parse: String, placeholder: "NAME", optional: true },
    ],
  },
  async run({ out }, name) {
    if (name === undefined) {
      const list = Object.entries(SCHEMAS).map(([id, { brief }]) => ({ name: id, brief }));
      if (out.json) out.printJson({ schemas: list });
      for (const { name: id, brief } of list) out.print(`${id}  ${out.style.dim(brief)}`);
      return;
    }
    const found = SCHEMAS[name];
    if (found === undefined) {
      throw new OwllmError({
        code: "not_found",
        message: `No schema "${name}"${didYouMean(name, Object.keys(SCHEMAS))}`,
        recoverySuggestion: `There are: ${Object.keys(SCHEMAS).join(", ")}`,
      });
    }
    out.raw(`${JSON.stringify(await found.load(), null, 2)}\n`);
  },
});
