import { EXIT, messageOf, OwllmError } from "../../core/mod.ts";
import type { ConfiguredModel, ImportedModels, LoadedConfig, NotTaken } from "../../config/mod.ts";
import type { NewModel, State } from "../../state/mod.ts";
import { defineCommand } from "../command.ts";
import type { Cli } from "../context.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { printable, wrap } from "../text_width.ts";

type Flags = { readonly dryRun: boolean };

/** `owllm models import FILE`. */
export const modelsImport = defineCommand<Flags, [file: string]>({
  brief: "Register the models of an old llm_backends.yaml or of a models.toml",
  description:
    "What cannot be taken over is listed with its reason and left out. Nothing that is registered " +
    "on purpose is replaced.",
  examples: [
    "owllm models import llm_backends.yaml --dry-run",
    "owllm models import ~/other/models.toml",
  ],
  flags: {
    dryRun: {
      kind: "boolean",
      brief: "Say what would be taken, change nothing",
      default: false,
      withNegated: false,
    },
  },
  positional: {
    kind: "tuple",
    parameters: [{ brief: "A .yaml or .toml file", parse: (text) => text, placeholder: "FILE" }],
  },
  async run({ cli, out, flags }, file) {
    const config = await loadSettings(cli, flags);
    using state = await openStateFor(cli, flags);
    const read = await readRegistry(cli, file);
    const taken = read.models.filter(({ id }) => conflict(id, config, state) === undefined);
    const notTaken: NotTaken[] = [
      ...read.notTaken,
      ...read.models.flatMap(({ id }) => {
        const reason = conflict(id, config, state);
        return reason === undefined ? [] : { id, key: "", reason };
      }),
    ];
    if (!flags.dryRun) { for (const model of taken) state.models.upsert(recordOf(model)); }
    if (taken.length === 0) cli.setExitCode(EXIT.failed);
    if (out.json) {
      const { modelTable } = await import("../../config/mod.ts");
      return out.printJson({
        file,
        dry_run: flags.dryRun,
        taken: taken.map(modelTable),
        not_taken: notTaken,
      });
    }
    const did = flags.dryRun ? "Would take" : "Took";
    const ids = taken.map(({ id }) => printable(id)).join(", ");
    const count = `${taken.length} ${taken.length === 1 ? "model" : "models"}`;
    const head = taken.length === 0 ? `${did} nothing` : `${did} ${count}: ${ids}`;
    for (const line of wrap(head, out.columns)) out.print(line);
    for (const { id, key, reason } of notTaken) {
      const what = printable([id, key].filter(Boolean).join(".") || "(no id)");
      const [first = "", ...rest] = wrap(
        `Not taken: ${what}: ${printable(reason)}`,
        out.columns - 2,
      );
      out.print(out.style.yellow(first));
      for (const line of rest) out.print(`  ${out.style.yellow(line)}`);
    }
  },
});

async function readRegistry(cli: Cli, file: string): Promise<ImportedModels> {
  const { absolutePath, importLlmBackends, importModelsToml } = await import("../../config/mod.ts");
  const home = cli.env("HOME") ?? "";
  const path = absolutePath(file, cli.cwd, home);
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  const text = await readText(path);
  return path.endsWith(".toml")
    ? await importModelsToml(text, directory, home)
    : await importLlmBackends(text, directory, home);
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    const reason = error instanceof TypeError ? "it is not UTF-8 text" : messageOf(error);
    throw new OwllmError({
      code: missing ? "not_found" : "usage",
      message: missing ? `There is no file "${path}"` : `Cannot read "${path}": ${reason}`,
      context: { path },
      recoverySuggestion: "Name an old llm_backends.yaml or a models.toml",
      cause: error,
    });
  }
}

/** Why an id cannot be taken; a model that was merely seen makes way. */
function conflict(id: string, config: LoadedConfig, state: State): string | undefined {
  const inFile = config.modelOrigins.get(id);
  if (inFile !== undefined) return `${inFile} describes a model of this id already`;
  const known = state.models.get(id);
  if (known === undefined || known.source === "seen") return undefined;
  return `It is registered already (owllm models remove ${id})`;
}

function recordOf(model: ConfiguredModel): NewModel {
  const { baseUrl = "", name = "", gguf, kind } = model;
  return {
    ...model,
    kind: kind ?? (gguf === undefined ? "" : "builtin"),
    baseUrl,
    name,
    ggufPath: gguf ?? null,
    source: "imported",
  };
}
