import { didYouMean, messageOf, nearest } from "../core/mod.ts";
import { MODEL_FIELDS } from "./models_file.ts";
import { type ConfigProblem, shown } from "./problem.ts";
import { expectedOf } from "./schema.ts";
import { type Setting, SETTING_KEYS, SETTINGS, type ValueKind } from "./settings.ts";
import { keyLines, type KeyPath } from "./toml_lines.ts";
import type { z } from "zod";

/** A TOML file that was read, or what is wrong with it. */
export interface TomlFile<T> {
  /** Absolute path. */
  readonly path: string;
  /** Undefined when there are problems. */
  readonly data: T | undefined;
  /** `owllm.toml:12` for a key. */
  where(path: KeyPath): string;
  readonly problems: readonly ConfigProblem[];
}

/** Reads a TOML file by a strict schema. `shownAs` names it in messages. */
export async function readTomlFile<T>(
  path: string,
  shownAs: string,
  schema: z.ZodType<T>,
): Promise<TomlFile<T>> {
  const failed = (where: string, message: string): TomlFile<T> => ({
    path,
    data: undefined,
    where: () => shownAs,
    problems: [{ where, key: "", message }],
  });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    const reason = error instanceof TypeError ? "it is not UTF-8 text" : messageOf(error);
    return failed(shownAs, `Cannot read the file: ${reason}`);
  }
  const { parse, TomlError } = await import("smol-toml");
  let document: Record<string, unknown>;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.replace("Invalid TOML document: ", "").split("\n");
    return failed(`${shownAs}:${error.line}`, `Broken TOML in column ${error.column}: ${reason}`);
  }
  const lineOf = keyLines(text);
  const where = (key: KeyPath) => {
    const line = lineOf(key);
    return line === undefined ? shownAs : `${shownAs}:${line}`;
  };
  const parsed = schema.safeParse(document);
  const line = ({ where }: ConfigProblem) => Number(/:(\d+)$/.exec(where)?.[1] ?? 0);
  const problems = (parsed.error?.issues ?? [])
    .flatMap((issue) => problemsOf(issue, document, where))
    .sort((a, b) => line(a) - line(b));
  return { path, data: parsed.data, where, problems };
}

/** One problem for each unknown key, one for any other issue. */
function problemsOf(
  issue: z.core.$ZodIssue,
  document: unknown,
  where: (path: KeyPath) => string,
): ConfigProblem[] {
  const path = issue.path.map((part) => typeof part === "symbol" ? String(part) : part);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey([...path, key], where([...path, key])));
  }
  const key = path.join(".");
  const expected = expectedAt(path);
  const message = `"${key}" is ${shown(valueAt(document, path))}, expected ${expected}`;
  return [{ where: where(path), key, message }];
}

const TABLES = [...new Set(SETTING_KEYS.map((name) => name.split(".")[0] ?? ""))];

function unknownKey(path: KeyPath, where: string): ConfigProblem {
  const key = path.join(".");
  if (key === "models") {
    return { where, key, message: "Models belong into a models.toml beside this file" };
  }
  const isModel = path[0] === "models" && path.length > 2;
  const typed = String(path.at(-1));
  const known = isModel
    ? Object.keys(MODEL_FIELDS)
    : path.length === 1
    ? TABLES
    : SETTING_KEYS.filter((name) => name.startsWith(`${path[0]}.`))
      .map((name) => name.slice(name.indexOf(".") + 1));
  const [best] = nearest(typed, known, 1);
  const prefix = path.slice(0, -1).map((part) => `${part}.`).join("");
  const message = `Unknown key "${key}"${didYouMean(typed, known)}`;
  return best === undefined
    ? { where, key, message: `${message}; known here: ${known.join(", ")}` }
    : { where, key, message, nearest: `${prefix}${best}` };
}

/** What was expected at a path, in words. */
function expectedAt(path: KeyPath): string {
  if (path[0] === "models") {
    const field = MODEL_FIELDS[String(path[2])];
    if (field !== undefined) return expectedOf(field.kind);
    return "a table [models.ID] for each model";
  }
  return path.length < 2 ? `a table [${path[0]}]` : expectedOf(kindOf(path));
}

function kindOf(path: KeyPath): ValueKind {
  const setting = (SETTINGS as Readonly<Record<string, Setting>>)[`${path[0]}.${path[1]}`];
  return setting?.kind ?? "text";
}

function valueAt(document: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    document,
  );
}
