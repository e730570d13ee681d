/**
 * Settings from flags, the environment and TOML files, each with its origin; paths; the list of
 * environment variables; which hosts may be asked. The heavy parsers are loaded with the first
 * call that needs them.
 * @module
 */
import type { LoadConfigOptions, LoadedConfig } from "./load.ts";

export type { FlagValue, LoadConfigOptions, LoadedConfig, SettingValue } from "./load.ts";
export type { ConfiguredModel } from "./models_file.ts";
export { checkHost } from "./allowed_hosts.ts";
export { ENVIRONMENT, type EnvironmentVariable, variableOf } from "./environment.ts";
export { type OwllmPaths, xdgPaths } from "./paths.ts";
export { ConfigError, type ConfigProblem } from "./problem.ts";
export {
  serverAddresses,
  SETTING_KEYS,
  type SettingKey,
  SETTINGS,
  type Settings,
} from "./settings.ts";

/**
 * Loads the configuration: flag > environment > project file > user file > default.
 *
 * @throws {@linkcode ConfigError} with everything that is wrong
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  return await (await import("./load.ts")).loadConfig(options);
}
