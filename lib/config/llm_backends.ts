import { didYouMean, messageOf, OwllmError } from "../core/mod.ts";
import { type ConfiguredModel, MODEL_FIELDS, toModel } from "./models_file.ts";
import { shown } from "./problem.ts";
import { expectedOf, schemaOf } from "./schema.ts";

/** Something in an old registry that was not taken over, and why. */
export interface NotTaken {
  /** The model; empty when the entry has no id. */
  readonly id: string;
  /** The field; empty when the whole model was left out. */
  readonly key: string;
  readonly reason: string;
}

/** What came out of an old registry. */
export interface ImportedModels {
  readonly models: readonly ConfiguredModel[];
  readonly notTaken: readonly NotTaken[];
}

/** Where an old registry may keep its models; without one of these the whole file is the map. */
const CONTAINERS = ["models", "backends", "llm_backends"];

/** Names of old fields that are called otherwise now. */
const RENAMED: Readonly<Record<string, string>> = {
  context: "context_tokens",
  context_length: "context_tokens",
  max_seq_length: "context_tokens",
  base_url: "url",
};

/** The keys by which an entry of a list names itself. */
const ID_KEYS = ["id", "model_id", "key"];

/**
 * Reads an old `llm_backends.yaml`: `models` as a map by id or as a list with ids, or the map
 * alone. A model with a value of the wrong type is left out whole; a field that owllm does not
 * know is left out alone; both are reported.
 *
 * @param base directory of the file, for its relative paths
 * @throws {@linkcode OwllmError} `config` when the text is no YAML or holds no models
 */
export async function importLlmBackends(
  yamlText: string,
  base = "/",
  home = "",
): Promise<ImportedModels> {
  return takeModels(await parseYaml(yamlText), base, home);
}

/**
 * Reads a `models.toml` by the same rules.
 *
 * @throws {@linkcode OwllmError} `config` when the text is no TOML or holds no models
 */
export async function importModelsToml(
  tomlText: string,
  base = "/",
  home = "",
): Promise<ImportedModels> {
  return takeModels(await parseToml(tomlText), base, home);
}

function takeModels(document: unknown, base: string, home: string): ImportedModels {
  const models: ConfiguredModel[] = [];
  const notTaken: NotTaken[] = [];
  for (const { id, entry } of entriesOf(document)) {
    const taken = takeModel(id, entry, notTaken);
    if (taken === undefined) continue;
    if (models.some((model) => model.id === id)) {
      notTaken.push({ id, key: "", reason: "There is a model with this id already" });
    } else models.push(toModel(id, taken, base, home));
  }
  return { models, notTaken };
}

async function parseToml(text: string): Promise<unknown> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.replace("Invalid TOML document: ", "").split("\n");
    throw broken("TOML", error.line, reason, error);
  }
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse, YAMLParseError } = await import("yaml");
  try {
    return parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    const [reason = ""] = (error instanceof Error ? error.message : messageOf(error)).split("\n");
    throw broken("YAML", line, reason.replace(/ at line \d+, column \d+:?$/, ""), error);
  }
}

function broken(
  form: string,
  line: number | undefined,
  reason: string,
  cause: unknown,
): OwllmError {
  return new OwllmError({
    code: "config",
    message: `Broken ${form}${line === undefined ? "" : ` in line ${line}`}: ${reason}`,
    recoverySuggestion: "Correct the file and import it again",
    context: { line: line ?? null },
    cause,
  });
}

interface Entry {
  readonly id: string;
  readonly entry: unknown;
}

function entriesOf(document: unknown): Entry[] {
  const container = isMap(document)
    ? CONTAINERS.map((name) => document[name]).find((value) => value !== undefined) ?? document
    : document;
  if (Array.isArray(container)) {
    return container.map((entry: unknown) => {
      const map = isMap(entry) ? entry : {};
      const key = ID_KEYS.find((name) => typeof map[name] === "string");
      const id = key === undefined ? "" : String(map[key]);
      const rest = Object.entries(map).filter(([name]) => name !== key);
      return { id, entry: isMap(entry) ? Object.fromEntries(rest) : entry };
    });
  }
  if (isMap(container) && Object.keys(container).length > 0) {
    return Object.entries(container).map(([id, entry]) => ({ id, entry }));
  }
  throw new OwllmError({
    code: "config",
    message: `There are no models in the file: it holds ${shown(document)}`,
    recoverySuggestion: 'Expected "models:" with a map or a list of models',
  });
}

/** The fields of a model under their names of now; undefined when it cannot be taken. */
function takeModel(
  id: string,
  entry: unknown,
  notTaken: NotTaken[],
): Record<string, unknown> | undefined {
  if (id === "" || !isMap(entry)) {
    const reason = id === ""
      ? `An entry without an id: ${shown(entry)}`
      : `It is ${shown(entry)}, expected a map of fields`;
    notTaken.push({ id, key: "", reason });
    return undefined;
  }
  const table: Record<string, unknown> = {};
  const wrong: NotTaken[] = [];
  for (const [key, value] of Object.entries(entry)) {
    const name = RENAMED[key] ?? key;
    const field = MODEL_FIELDS[name];
    if (value === null) continue; // YAML's way to say nothing.
    if (field === undefined) {
      const near = didYouMean(key, Object.keys(MODEL_FIELDS));
      notTaken.push({ id, key, reason: `owllm has no field "${key}"${near}` });
    } else if (schemaOf(field.kind).safeParse(value).success) table[name] = value;
    else {
      const reason = `It is ${shown(value)}, expected ${expectedOf(field.kind)}: ` +
        "the model was left out";
      wrong.push({ id, key, reason });
    }
  }
  notTaken.push(...wrong);
  return wrong.length === 0 ? table : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
