import { z } from "zod";
import { MODEL_FIELDS } from "./models_file.ts";
import type { ConfiguredRule } from "./policy_file.ts";
import type { ConfiguredPrice } from "./prices_file.ts";
import { CHOICES, type Setting, SETTINGS, type ValueKind } from "./settings.ts";

const port = z.int().min(1).max(65_535);

/** The strict schema of a value in a file: nothing is converted. */
const KIND_SCHEMAS: Readonly<Record<ValueKind, z.ZodType>> = {
  text: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  path: z.string().min(1),
  variable: z.string().regex(/^[A-Z_][A-Z0-9_]*$/),
  boolean: z.boolean(),
  count: z.int().positive(),
  number: z.number().nonnegative(),
  port,
  ports: z.array(port),
  tier: z.enum(CHOICES.tier),
  model_type: z.enum(CHOICES.model_type),
  server_kind: z.enum(CHOICES.server_kind),
  names: z.array(z.string().regex(/^[^/]+$/)),
  socket: z.string().regex(/^unix:\/\/\/./),
  sandbox_kind: z.enum(CHOICES.sandbox_kind),
  workspace_kind: z.enum(CHOICES.workspace_kind),
};

const EXPECTED: Readonly<Record<ValueKind, string>> = {
  text: "a text that is not empty",
  url: 'an http address such as "http://127.0.0.1:11434"',
  path: "a path",
  variable: 'the name of an environment variable such as "OWLLM_API_KEY", never the key itself',
  boolean: "true or false",
  count: "a whole number of at least 1",
  number: "a number of at least 0",
  port: "a port from 1 to 65535",
  ports: "a list of ports such as [8080, 8000]",
  tier: oneOf(CHOICES.tier),
  model_type: oneOf(CHOICES.model_type),
  server_kind: oneOf(CHOICES.server_kind),
  names: 'a list of names without a slash such as ["target", "node_modules"]',
  socket: 'a socket of this machine such as "unix:///var/run/docker.sock"',
  sandbox_kind: oneOf(CHOICES.sandbox_kind),
  workspace_kind: oneOf(CHOICES.workspace_kind),
};

function oneOf(words: readonly string[]): string {
  return `one of ${words.map((word) => `"${word}"`).join(", ")}`;
}

/** What a value of this kind must be, in words. */
export function expectedOf(kind: ValueKind): string {
  return EXPECTED[kind];
}

/** The schema of one value. */
export function schemaOf(kind: ValueKind): z.ZodType {
  return KIND_SCHEMAS[kind];
}

/** The schema of `owllm.toml` and `config.toml`: the settings as nested strict tables. */
export function configFileSchema(): z.ZodType<Record<string, Record<string, unknown>>> {
  const tables: Record<string, Record<string, z.ZodType>> = {};
  for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
    const [table = "", name = ""] = key.split(".");
    (tables[table] ??= {})[name] = KIND_SCHEMAS[setting.kind].optional();
  }
  const shape = Object.entries(tables).map(([table, fields]) =>
    [table, z.strictObject(fields).optional()] as const
  );
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<
    Record<string, Record<string, unknown>>
  >;
}

/** The schema of `models.toml`: `[models.<id>]` tables. */
export function modelsFileSchema(): z.ZodType<
  { models?: Record<string, Record<string, unknown>> | undefined }
> {
  return z.strictObject({
    models: z.record(z.string().min(1), modelSchema()).optional(),
  });
}

/** The schema of one model's table. */
function modelSchema(): z.ZodType<Record<string, unknown>> {
  const fields = Object.entries(MODEL_FIELDS).map(([name, { kind }]) =>
    [name, KIND_SCHEMAS[kind].optional()] as const
  );
  return z.strictObject(Object.fromEntries(fields));
}

/** The schema of `policy.toml`: `[rules.<name>]` tables. */
export function policyFileSchema(): z.ZodType<{ rules?: Record<string, RuleTable> | undefined }> {
  const text = z.string().min(1);
  const rule = z.strictObject({
    decision: z.enum(["approve", "deny"]),
    pattern: z.array(z.union([text, z.array(text).min(1)])).min(1),
    justification: z.string().regex(/\S/),
    match: z.array(text).min(1),
    not_match: z.array(text).default([]),
  });
  return z.strictObject({ rules: z.record(z.string().min(1), rule).optional() });
}

/** A checked `[rules.<name>]` table. */
export interface RuleTable extends Omit<ConfiguredRule, "name" | "notMatch"> {
  readonly not_match: readonly string[];
}

/** The schema of `prices.toml`: `[prices."MODEL"]` tables. */
export function pricesFileSchema(): z.ZodType<{ prices?: Record<string, PriceTable> | undefined }> {
  const dollars = z.number().nonnegative().refine(Number.isFinite);
  const price = z.strictObject({ input: dollars, output: dollars, cached: dollars.optional() });
  return z.strictObject({ prices: z.record(z.string().min(1), price).optional() }) as z.ZodType<
    { prices?: Record<string, PriceTable> | undefined }
  >;
}

/** A checked `[prices."MODEL"]` table. */
export type PriceTable = Omit<ConfiguredPrice, "model">;
