import { messageOf, OwllmError } from "../core/mod.ts";

/** More than this is no file of settings. */
const MAX_DOTENV_BYTES = 1024 * 1024;

/** A variable whose value is secret, by its name. */
const SECRET_VARIABLE = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH/i;

/** `NAME=value`, `export NAME="value"`; a comment after an unquoted value is not part of it. */
const LINE =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|`([^`]*)`|([^#\r\n]*))/gm;

/** Values that say nothing secret and that ordinary text is full of: words, numbers, loopback. */
const ORDINARY =
  /^(?:[a-z]+|[\d.,:]+|(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?\/?)$/i;

/** Where {@linkcode knownSecrets} looks. */
export interface SecretSources {
  /** The project directory, whose `.env` files are read. */
  readonly cwd: string;
  readonly env: (name: string) => string | undefined;
  /** The variables that the process may see. */
  readonly names: readonly string[];
}

/**
 * The values that must not be recorded: those of the project's `.env` files, and of variables
 * with the name of a secret.
 *
 * @throws {@linkcode OwllmError} `config` when a `.env` file is there and cannot be read: its secrets could not be
 * told from other text
 */
export async function knownSecrets({ cwd, env, names }: SecretSources): Promise<string[]> {
  const secrets = new Set<string>();
  for (const name of names) {
    const value = SECRET_VARIABLE.test(name) ? env(name) : undefined;
    if (value) secrets.add(value);
  }
  for (const file of [".env", ".env.local"]) {
    for (const value of dotenvValues(await readDotenv(`${cwd}/${file}`))) secrets.add(value);
  }
  return [...secrets];
}

/** The values of a `.env` file that may be secret. */
export function dotenvValues(text: string): string[] {
  return [...text.matchAll(LINE)].flatMap(([, name = "", double, single, back, bare]) => {
    const value = double?.replaceAll("\\n", "\n").replaceAll(/\\(.)/gs, "$1") ?? single ?? back ??
      bare?.trim() ?? "";
    const ordinary = ORDINARY.test(value) && !SECRET_VARIABLE.test(name);
    return value === "" || ordinary ? [] : [value];
  });
}

async function readDotenv(path: string): Promise<string> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile && size <= MAX_DOTENV_BYTES ? await Deno.readTextFile(path) : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new OwllmError({
      code: "config",
      message: `Cannot read "${path}", whose values must not be recorded: ${messageOf(error)}`,
      recoverySuggestion: "Make the file readable, or run without --trace",
      context: { path },
      cause: error,
    });
  }
}
