import { MODEL_FIELDS } from "./models_file.ts";
import { RULE_FIELDS } from "./policy_file.ts";
import { PRICE_FIELDS } from "./prices_file.ts";
import { expectedOf } from "./schema.ts";
import { type Setting, SETTING_KEYS, SETTINGS } from "./settings.ts";
import type { KeyPath } from "./toml_lines.ts";

/** What a kind of file may hold, in words for messages. */
export interface FileKeys {
  /** The keys that are known where this one stands. */
  known(path: KeyPath): readonly string[];
  /** What was expected at a path. */
  expected(path: KeyPath): string;
}

const TABLES = [...new Set(SETTING_KEYS.map((name) => name.split(".")[0] ?? ""))];

/** `owllm.toml` and `config.toml`. */
export const SETTINGS_FILE: FileKeys = {
  known: ([table, ...rest]) =>
    rest.length === 0 ? TABLES : SETTING_KEYS.filter((name) => name.startsWith(`${table}.`))
      .map((name) => name.slice(name.indexOf(".") + 1)),
  expected: ([table, key]) => {
    if (key === undefined) return `a table [${table}]`;
    const setting = (SETTINGS as Readonly<Record<string, Setting>>)[`${table}.${key}`];
    return expectedOf(setting?.kind ?? "text");
  },
};

/** `models.toml`. */
export const MODELS_FILE: FileKeys = {
  known: (path) => path.length === 1 ? ["models"] : Object.keys(MODEL_FIELDS),
  expected: ([, , name]) => {
    const field = MODEL_FIELDS[String(name)];
    return field === undefined ? "a table [models.ID] for each model" : expectedOf(field.kind);
  },
};

/** `policy.toml`. */
export const POLICY_FILE: FileKeys = {
  known: (path) => path.length === 1 ? ["rules"] : Object.keys(RULE_FIELDS),
  expected: ([, , name]) => RULE_FIELDS[String(name)] ?? "a table [rules.NAME] for each rule",
};

/** `prices.toml`. */
export const PRICES_FILE: FileKeys = {
  known: (path) => path.length === 1 ? ["prices"] : Object.keys(PRICE_FIELDS),
  expected: ([, , name]) => PRICE_FIELDS[String(name)] ?? 'a table [prices."MODEL"] for each model',
};
