import { OwllmError } from "../../core/mod.ts";
import type { LoadedConfig } from "../../config/mod.ts";
import type { ListedModel, ModelDescription, ResolvedModel } from "../../models/mod.ts";
import type { Profile } from "../../smoke/mod.ts";
import type { SmokeRunRecord, State } from "../../state/mod.ts";
import { defineCommand } from "../command.ts";
import type { Cli } from "../context.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { MODEL_ID } from "../model_id.ts";
import { type ModelFacts, modelLines } from "../model_lines.ts";
import { type Lookup, lookupOf } from "../model_target.ts";

/** Stored runs that are looked through for one with a profile. */
const RECENT_RUNS = 10;

/** `owllm models show <id>`. */
export const modelsShow = defineCommand<Readonly<Record<never, never>>, [id: string]>({
  brief: "Print what is known of a model, and what the last smoke proved about it",
  description:
    "The fields it is registered with, what its server says of it, and the profile that the agent " +
    "uses: how to offer tools, which context to ask for, what can be trusted.",
  examples: ["owllm models show qwen2.5-coder:7b", "owllm models show builtin --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [MODEL_ID] },
  async run({ cli, out, flags }, id) {
    const config = await loadSettings(cli, flags);
    using state = await openStateFor(cli, flags);
    const lookup = await lookupOf(cli, config, state);
    const seen = await look(cli, config, lookup, id);
    const facts = { ...seen, ...await lastSmoke(state, id), where: whereFrom(config, seen, id) };
    if (out.json) return out.printJson(await documentOf(facts));
    const { formatMs, TOOL_MODES } = await import("../../smoke/mod.ts");
    for (const line of modelLines(facts, { formatMs, toolModes: TOOL_MODES }, out)) out.print(line);
    if (facts.problem !== undefined) {
      out.note(facts.problem.message);
      if (facts.problem.recoverySuggestion) out.note(`  ${facts.problem.recoverySuggestion}`);
    }
  },
});

type Seen = Pick<ModelFacts, "model" | "server" | "description" | "problem">;

/** The model as registered and as its server tells; a registered one is shown without a server. */
async function look(cli: Cli, config: LoadedConfig, lookup: Lookup, id: string): Promise<Seen> {
  const { resolveModel } = await import("../../models/mod.ts");
  const entry = lookup.entries.find((one) => one.id === id);
  try {
    const resolved = await resolveModel({ ...lookup, id });
    return resolved.where === "builtin"
      ? await weightsOf(config, resolved)
      : await onServer(cli, lookup, resolved);
  } catch (error) {
    if (entry === undefined || !(error instanceof OwllmError) || cli.signal.aborted) throw error;
    const model = { ...entry, available: false };
    return { model, server: undefined, description: undefined, problem: error };
  }
}

async function weightsOf(
  config: LoadedConfig,
  { id, gguf, entry }: Extract<ResolvedModel, { where: "builtin" }>,
): Promise<Seen> {
  const { defaultWeightsPath, readEngineWeights } = await import("../../models/mod.ts");
  const path = gguf ?? defaultWeightsPath(config.paths.data);
  const base = { ...entry ?? { id, origin: "builtin" as const }, kind: "builtin" as const };
  try {
    const header = await readEngineWeights(path);
    const model: ListedModel = {
      ...base,
      gguf: path,
      available: true,
      sizeBytes: header.sizeBytes,
      quantization: header.quantization,
    };
    const description: ModelDescription = {
      name: header.name ?? id,
      capabilities: ["completion", "tools"],
      contextTrained: header.contextLength,
      contextConfigured: entry?.contextTokens ?? config.settings.builtin.contextTokens,
      quantization: header.quantization,
      family: header.architecture,
    };
    return { model, server: undefined, description, problem: undefined };
  } catch (error) {
    if (!(error instanceof OwllmError)) throw error;
    const model = { ...base, gguf: path, available: false };
    return { model, server: undefined, description: undefined, problem: error };
  }
}

async function onServer(
  cli: Cli,
  { apiKey }: Lookup,
  { id, server, name, entry }: Extract<ResolvedModel, { where: "server" }>,
): Promise<Seen> {
  const { createProvider, sameName } = await import("../../models/mod.ts");
  const provider = await createProvider({ ...server, apiKey }, cli.clock);
  const [models, description] = await Promise.all([
    provider.listModels(cli.signal),
    provider.describe(name, cli.signal),
  ]);
  const listed = models.find((model) => sameName(model.name, name));
  const model: ListedModel = {
    ...entry ?? { id, origin: "server" as const },
    kind: server.kind,
    baseUrl: server.baseUrl,
    name,
    available: true,
    sizeBytes: listed?.sizeBytes,
    quantization: listed?.quantization ?? description?.quantization,
  };
  return { model, server, description, problem: undefined };
}

function whereFrom(config: LoadedConfig, { model }: Seen, id: string): string {
  switch (model.origin) {
    case "config":
      return config.modelOrigins.get(id) ?? "models.toml";
    case "builtin":
      return "always there";
    case "server":
      return "not registered";
    default:
      return model.origin;
  }
}

/** The newest stored run, and the newest profile; a profile of another version is left out. */
async function lastSmoke(
  state: State,
  id: string,
): Promise<{ lastRun: SmokeRunRecord | undefined; profile: Profile | undefined }> {
  const { ProfileSchema } = await import("../../smoke/mod.ts");
  const runs = state.smokeRuns.list(id, RECENT_RUNS);
  const stored = [state.models.get(id)?.profile, ...runs.map(({ profile }) => profile)];
  for (const candidate of stored) {
    const parsed = ProfileSchema.safeParse(candidate);
    if (parsed.success) return { lastRun: runs[0], profile: parsed.data };
  }
  return { lastRun: runs[0], profile: undefined };
}

async function documentOf(facts: ModelFacts) {
  const { modelTable } = await import("../../config/mod.ts");
  const { model, where, server, description, problem, lastRun, profile } = facts;
  return {
    ...modelTable(model),
    origin: model.origin,
    where,
    available: model.available,
    size_bytes: model.sizeBytes ?? null,
    server: server === undefined
      ? null
      : { kind: server.kind, url: server.baseUrl, version: server.version ?? null },
    description: description === undefined ? null : {
      capabilities: description.capabilities ?? null,
      context_trained: description.contextTrained ?? null,
      context_configured: description.contextConfigured ?? null,
      quantization: description.quantization ?? null,
      parameter_size: description.parameterSize ?? null,
      family: description.family ?? null,
    },
    last_smoke: lastRun === undefined ? null : {
      run_id: lastRun.id,
      started_at: lastRun.startedAt,
      tier: lastRun.tier,
      status: lastRun.status,
    },
    profile: profile ?? null,
    ...problem === undefined ? {} : { problem },
  };
}
