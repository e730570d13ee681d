import { type ConfiguredModel, toModel } from "./models_file.ts";
import { absolutePath, directoryOf, displayPath, type OwllmPaths, xdgPaths } from "./paths.ts";
import { MODELS_FILE, POLICY_FILE, PRICES_FILE, SETTINGS_FILE } from "./file_keys.ts";
import { ifFile } from "./if_file.ts";
import { type ConfiguredRule, RULE_KEYS } from "./policy_file.ts";
import type { ConfiguredPrice } from "./prices_file.ts";
import { ConfigError, type ConfigProblem, shown } from "./problem.ts";
import {
  configFileSchema,
  expectedOf,
  modelsFileSchema,
  policyFileSchema,
  pricesFileSchema,
  schemaOf,
} from "./schema.ts";
import { SETTING_KEYS, type SettingKey, SETTINGS, type SettingValues } from "./settings.ts";
import { type Settings, toSettings } from "./settings_groups.ts";
import { readTomlFile, type TomlFile } from "./toml_file.ts";
import { readVariables } from "./variables.ts";

/** A setting that was given on the command line. */
export interface FlagValue {
  readonly key: SettingKey;
  /** As it was typed: `--server`. */
  readonly flag: string;
  readonly value: unknown;
}

/** What {@linkcode loadConfig} works from. */
export interface LoadConfigOptions {
  /** Absolute. */
  readonly cwd: string;
  /** Absolute; empty when there is none. */
  readonly home: string;
  env(name: string): string | undefined;
  /** Only what was really given: a flag wins even when its value is the default. */
  readonly flags: readonly FlagValue[];
  /** Instead of the `owllm.toml` in the working directory or above it. */
  readonly projectFile?: string | undefined;
}

/** A value and where it came from. */
export interface SettingValue {
  readonly key: SettingKey;
  /** Undefined: there is none. */
  readonly value: unknown;
  /** `flag --server`, `environment OLLAMA_HOST`, `owllm.toml:12`, `default`. */
  readonly origin: string;
}

/** A rule, and where it and its fields stand. */
export interface RuleInForce extends ConfiguredRule {
  /** `policy.toml:12`. */
  readonly origin: string;
  /** The same for one of its examples. */
  exampleOrigin(list: "match" | "notMatch", index: number): string;
}

/** The configuration as it holds now. */
export interface LoadedConfig {
  readonly settings: Settings;
  readonly paths: OwllmPaths;
  /** Every setting with its origin. */
  readonly values: readonly SettingValue[];
  /** The models of the `models.toml` files; the project's win over the user's. */
  readonly models: readonly ConfiguredModel[];
  /** Where each of them is described, by id: `models.toml:12`. */
  readonly modelOrigins: ReadonlyMap<string, string>;
  /** The rules of the `policy.toml` files, the user's first; none replaces another. */
  readonly rules: readonly RuleInForce[];
  /** The prices of the `prices.toml` files; the project's win over the user's. */
  readonly prices: readonly ConfiguredPrice[];
  /** The files that were read, absolute. */
  readonly files: readonly string[];
}

const NO_HOME: ConfigProblem = {
  where: "HOME",
  key: "state.dir",
  message: "It is not set, so there is no place for the state: name one with `--state DIR`",
};

/**
 * Loads the configuration: flag > environment > project file > user file > default.
 *
 * @throws {@linkcode ConfigError} with everything that is wrong
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { cwd, home } = options;
  const paths = xdgPaths(options.env, home);
  const gathered: Gathered = {
    values: new Map(),
    models: new Map(),
    modelOrigins: new Map(),
    rules: [],
    prices: new Map(),
    files: [],
    problems: [],
  };
  const { values, models, modelOrigins, rules, prices, files, problems } = gathered;
  const project = await findProjectFile(options, problems);
  const userFile = `${paths.config}/config.toml`;
  // From the weakest to the strongest: a later value replaces an earlier one.
  for (const path of [await ifFile(userFile), project]) {
    if (path !== undefined) await addSettings(path, options, gathered);
  }
  for (const beside of [userFile, project]) {
    if (beside === undefined) continue;
    await addModels(directoryOf(beside), options, gathered);
    await addRules(directoryOf(beside), options, gathered);
    await addPrices(directoryOf(beside), options, gathered);
  }
  const variables = readVariables(options.env);
  problems.push(...variables.problems);
  for (const { key, value, variable } of variables.found) {
    const origin = `environment ${variable}`;
    values.set(key, { key, value: resolved(key, value, cwd, home), origin });
  }
  for (const flag of options.flags) {
    const { key, value } = flag;
    problems.push(...flagProblems(flag));
    values.set(key, { key, value: resolved(key, value, cwd, home), origin: `flag ${flag.flag}` });
  }
  const placed = values.has("state.dir") || options.env("XDG_STATE_HOME")?.startsWith("/");
  if (home === "" && !placed) problems.push(NO_HOME);
  if (problems.length > 0) throw new ConfigError(problems);
  const all = SETTING_KEYS.map((key) => values.get(key) ?? defaultOf(key, paths));
  const flat = Object.fromEntries(all.map(({ key, value }) => [key, value]));
  return {
    // Each value has passed the schema of its key above, or is the default of that key.
    settings: toSettings(flat as unknown as SettingValues),
    paths,
    values: all,
    models: [...models.values()],
    modelOrigins,
    rules,
    prices: [...prices.values()],
    files,
  };
}

/**
 * The configuration without any file or setting in the environment: what is left to work with when
 * {@linkcode loadConfig} throws.
 */
export function defaultConfig(
  { env, home }: Pick<LoadConfigOptions, "env" | "home">,
): LoadedConfig {
  const paths = xdgPaths(env, home);
  const values = SETTING_KEYS.map((key) => defaultOf(key, paths));
  const flat = Object.fromEntries(values.map(({ key, value }) => [key, value]));
  const settings = toSettings(flat as unknown as SettingValues);
  return {
    settings,
    paths,
    values,
    models: [],
    modelOrigins: new Map(),
    rules: [],
    prices: [],
    files: [],
  };
}

/** What has been read so far. */
interface Gathered {
  readonly values: Map<SettingKey, SettingValue>;
  readonly models: Map<string, ConfiguredModel>;
  readonly modelOrigins: Map<string, string>;
  readonly rules: RuleInForce[];
  readonly prices: Map<string, ConfiguredPrice>;
  readonly files: string[];
  readonly problems: ConfigProblem[];
}

async function addSettings(path: string, options: LoadConfigOptions, into: Gathered) {
  const file = await readTomlFile(path, display(path, options), configFileSchema(), SETTINGS_FILE);
  into.files.push(path);
  into.problems.push(...file.problems);
  for (const value of settingsOf(file, options.home)) into.values.set(value.key, value);
}

async function addModels(directory: string, options: LoadConfigOptions, into: Gathered) {
  const path = await ifFile(`${directory}/models.toml`);
  if (path === undefined || into.files.includes(path)) return;
  const file = await readTomlFile(path, display(path, options), modelsFileSchema(), MODELS_FILE);
  into.files.push(path);
  into.problems.push(...file.problems);
  for (const model of modelsOf(file, options.home)) {
    into.models.set(model.id, model);
    into.modelOrigins.set(model.id, file.where(["models", model.id]));
  }
}

async function addRules(directory: string, options: LoadConfigOptions, into: Gathered) {
  const path = await ifFile(`${directory}/policy.toml`);
  if (path === undefined || into.files.includes(path)) return;
  const file = await readTomlFile(path, display(path, options), policyFileSchema(), POLICY_FILE);
  into.files.push(path);
  into.problems.push(...file.problems);
  for (const [name, { not_match, ...table }] of Object.entries(file.data?.rules ?? {})) {
    into.rules.push({
      ...table,
      name,
      notMatch: not_match,
      origin: file.where(["rules", name]),
      exampleOrigin: (list, index) => file.where(["rules", name, RULE_KEYS[list], index]),
    });
  }
}

async function addPrices(directory: string, options: LoadConfigOptions, into: Gathered) {
  const path = await ifFile(`${directory}/prices.toml`);
  if (path === undefined || into.files.includes(path)) return;
  const file = await readTomlFile(path, display(path, options), pricesFileSchema(), PRICES_FILE);
  into.files.push(path);
  into.problems.push(...file.problems);
  for (const [model, price] of Object.entries(file.data?.prices ?? {})) {
    into.prices.set(model, { model, ...price });
  }
}

function display(path: string, { cwd, home }: LoadConfigOptions): string {
  return displayPath(path, cwd, home);
}

function defaultOf(key: SettingKey, paths: OwllmPaths): SettingValue {
  const value = key === "state.dir" ? paths.state : SETTINGS[key].default;
  return { key, value, origin: "default" };
}

/** The file of `--config`, which must be there, or the nearest `owllm.toml` upwards. */
async function findProjectFile(
  { projectFile, cwd, home }: LoadConfigOptions,
  problems: ConfigProblem[],
): Promise<string | undefined> {
  if (projectFile !== undefined) {
    const path = absolutePath(projectFile, cwd, home);
    if (await ifFile(path) !== undefined) return path;
    const message = `There is no file "${projectFile}", or it may not be read`;
    problems.push({ where: "--config", key: "", message });
    return undefined;
  }
  for (let directory = cwd;; directory = directoryOf(directory)) {
    const path = await ifFile(`${directory === "/" ? "" : directory}/owllm.toml`);
    if (path !== undefined || directory === "/") return path;
  }
}

/** The settings of a file, with paths made absolute. */
function settingsOf(
  file: TomlFile<Record<string, Record<string, unknown>>>,
  home: string,
): SettingValue[] {
  return SETTING_KEYS.flatMap((key) => {
    const path = key.split(".");
    const value = file.data?.[path[0] ?? ""]?.[path[1] ?? ""];
    if (value === undefined) return [];
    const base = directoryOf(file.path);
    return { key, value: resolved(key, value, base, home), origin: file.where(path) };
  });
}

function resolved(key: SettingKey, value: unknown, base: string, home: string): unknown {
  const isPath = SETTINGS[key].kind === "path" && typeof value === "string";
  return isPath ? absolutePath(value, base, home) : value;
}

function flagProblems({ key, flag, value }: FlagValue): ConfigProblem[] {
  const { kind } = SETTINGS[key];
  if (schemaOf(kind).safeParse(value).success) return [];
  const message = `The value is ${shown(value)}, expected ${expectedOf(kind)}`;
  return [{ where: flag, key, message }];
}

/** The models of a file, in its order. */
function modelsOf(
  file: TomlFile<{ models?: Record<string, Record<string, unknown>> | undefined }>,
  home: string,
): ConfiguredModel[] {
  return Object.entries(file.data?.models ?? {}).map(([id, table]) =>
    toModel(id, table, directoryOf(file.path), home)
  );
}
