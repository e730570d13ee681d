import { didYouMean, messageOf, nearest } from "../core/mod.ts";
import type { FileKeys } from "./file_keys.ts";
import { type ConfigProblem, shown } from "./problem.ts";
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

/** Reads a TOML file by a strict schema. `shownAs` names it in messages, `keys` says what it may hold. */
export async function readTomlFile<T>(
  path: string,
  shownAs: string,
  schema: z.ZodType<T>,
  keys: FileKeys,
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
    .flatMap((issue) => problemsOf(issue, document, where, keys))
    .sort((a, b) => line(a) - line(b));
  return { path, data: parsed.data, where, problems };
}

/** One problem for each unknown key, one for any other issue. */
function problemsOf(
  issue: z.core.$ZodIssue,
  document: unknown,
  where: (path: KeyPath) => string,
  keys: FileKeys,
): ConfigProblem[] {
  const path = issue.path.map((part) => typeof part === "symbol" ? String(part) : part);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey([...path, key], where([...path, key]), keys));
  }
  const key = path.join(".");
  const value = valueAt(document, path);
  const is = value === undefined ? "missing" : shown(value);
  const message = `"${key}" is ${is}, expected ${keys.expected(path)}`;
  return [{ where: where(path), key, message }];
}

/** Tables that stand in files of their own. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  models: "Models belong into a models.toml beside this file",
  rules: "Rules belong into a policy.toml beside this file",
  prices: "Prices belong into a prices.toml beside this file",
};

function unknownKey(path: KeyPath, where: string, keys: FileKeys): ConfigProblem {
  const key = path.join(".");
  const elsewhere = ELSEWHERE[key];
  if (elsewhere !== undefined) return { where, key, message: elsewhere };
  const typed = String(path.at(-1));
  const known = keys.known(path);
  const [best] = nearest(typed, known, 1);
  const prefix = path.slice(0, -1).map((part) => `${part}.`).join("");
  const message = `Unknown key "${key}"${didYouMean(typed, known)}`;
  return best === undefined
    ? { where, key, message: `${message}; known here: ${known.join(", ")}` }
    : { where, key, message, nearest: `${prefix}${best}` };
}

function valueAt(document: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    document,
  );
}
