/**
 * Settings from flags, the environment and TOML files, each with its origin; paths; the list of
 * environment variables; which hosts may be asked. The heavy parsers are loaded with the first
 * call that needs them.
 * @module
 */
import type { ImportedModels } from "./llm_backends.ts";
import type { LoadConfigOptions, LoadedConfig } from "./load.ts";

export type {
  FlagValue,
  LoadConfigOptions,
  LoadedConfig,
  RuleInForce,
  SettingValue,
} from "./load.ts";
export type { ImportedModels, NotTaken } from "./llm_backends.ts";
export { type ConfiguredModel, modelTable } from "./models_file.ts";
export { checkHost } from "./allowed_hosts.ts";
export { dotenvValues, knownSecrets, type SecretSources } from "./secrets.ts";
export {
  ENVIRONMENT,
  type EnvironmentVariable,
  PACKAGE_CLIENT_VARIABLES,
  variableOf,
} from "./environment.ts";
export { type ConfiguredRule, RULE_KEYS } from "./policy_file.ts";
export type { ConfiguredPrice } from "./prices_file.ts";
export { absolutePath, displayPath, type OwllmPaths, xdgPaths } from "./paths.ts";
export { ConfigError, type ConfigProblem } from "./problem.ts";
export { SETTING_KEYS, type SettingKey, SETTINGS } from "./settings.ts";
export { serverAddresses, type Settings } from "./settings_groups.ts";

/**
 * Loads the configuration: flag > environment > project file > user file > default.
 *
 * @throws {@linkcode ConfigError} with everything that is wrong
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  return await (await import("./load.ts")).loadConfig(options);
}

/** The configuration without any file or variable; see `load.ts`. */
export async function defaultConfig(
  options: Pick<LoadConfigOptions, "env" | "home">,
): Promise<LoadedConfig> {
  return (await import("./load.ts")).defaultConfig(options);
}

/**
 * Reads a `models.toml` as an import does: what cannot be taken over is reported, not refused.
 *
 * @param base directory of the file, for its relative paths
 * @throws `OwllmError` `config` when the text is no TOML or holds no models
 */
export async function importModelsToml(
  tomlText: string,
  base?: string,
  home?: string,
): Promise<ImportedModels> {
  return await (await import("./llm_backends.ts")).importModelsToml(tomlText, base, home);
}

/**
 * Reads an old `llm_backends.yaml`; what cannot be taken over is reported, not guessed.
 *
 * @param base directory of the file, for its relative paths
 * @throws `OwllmError` `config` when the text is no YAML or holds no models
 */
export async function importLlmBackends(
  yamlText: string,
  base?: string,
  home?: string,
): Promise<ImportedModels> {
  return await (await import("./llm_backends.ts")).importLlmBackends(yamlText, base, home);
}
