import type { LoadedConfig } from "../../config/mod.ts";
import type { Discovery, ModelEntry } from "../../models/mod.ts";
import type { State } from "../../state/mod.ts";
import { defineCommand } from "../command.ts";
import type { Cli } from "../context.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { modelListLines, type ModelRow } from "../model_rows.ts";
import { lookupOf } from "../model_target.ts";

/** `owllm models list`. */
export const modelsList = defineCommand({
  brief: "List the models of models.toml, of the state and of the servers on this machine",
  description:
    "FROM says how owllm knows a model: config is models.toml, added, imported, pulled and seen are " +
    "in the state, server means that a server offers it and it is not registered.",
  examples: ["owllm models list", "owllm models list --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const config = await loadSettings(cli, flags);
    using state = await openStateFor(cli, flags);
    const { discover } = await import("../../models/mod.ts");
    const discovery = await discover(await lookupOf(cli, config, state));
    const rows = await rowsOf(cli, config, state, discovery);
    if (out.json) return out.printJson(await documentOf(rows, discovery));
    for (const line of modelListLines(rows, discovery, out)) out.print(line);
    for (const { id, origin, problem } of rows) {
      if (problem !== undefined && origin !== "builtin") out.note(`${id}: ${problem}`);
    }
    if (rows.every(({ available }) => !available)) {
      out.note("Nothing can be used yet: ollama serve   or: owllm models pull smollm2");
    }
  },
});

async function rowsOf(
  cli: Cli,
  config: LoadedConfig,
  state: State,
  discovery: Discovery,
): Promise<ModelRow[]> {
  const { BUILTIN_ID, defaultWeightsPath, entryOfConfig, entryOfRecord, mergeModels, withWeights } =
    await import("../../models/mod.ts");
  const builtin: ModelEntry = {
    id: BUILTIN_ID,
    origin: "builtin",
    kind: "builtin",
    gguf: defaultWeightsPath(config.paths.data),
  };
  const merged = mergeModels(
    config.models.map(entryOfConfig),
    [...state.models.list().map(entryOfRecord), builtin],
    discovery.offers,
  );
  const listed = await withWeights(merged);
  cli.signal.throwIfAborted();
  return listed.map((model) => ({
    ...model,
    lastSmoke: state.smokeRuns.list(model.id, 1)[0]?.status,
  }));
}

async function documentOf(rows: readonly ModelRow[], { offers, missed }: Discovery) {
  const { modelTable } = await import("../../config/mod.ts");
  return {
    models: rows.map((row) => ({
      ...modelTable(row),
      origin: row.origin,
      available: row.available,
      size_bytes: row.sizeBytes ?? null,
      quantization: row.quantization ?? null,
      last_smoke: row.lastSmoke ?? null,
      ...row.problem === undefined ? {} : { problem: row.problem },
    })),
    servers: offers.map(({ server: { kind, version = null, baseUrl }, models }) => ({
      kind,
      version,
      url: baseUrl,
      models: models.length,
    })),
    not_answering: missed.map(({ address, error }) => ({ url: address, reason: error.message })),
  };
}
