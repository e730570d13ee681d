import type { LoadedConfig, RuleInForce } from "../config/mod.ts";
import { OwllmError } from "../core/mod.ts";
import type { PolicyContext } from "../policy/mod.ts";
import type { Cli, GlobalFlags } from "./context.ts";
import { loadSettings } from "./load.ts";

/** Where a command to be judged would run. */
export interface PolicyPlace {
  /** Directory that it starts in; the working directory when left out. */
  readonly cwd?: string;
  /** Root of the repository; when left out, the nearest directory upwards that holds `.git`, else `cwd`. */
  readonly repo?: string;
}

/** The flags of {@linkcode PolicyPlace}. */
export const PLACE_FLAGS = {
  cwd: {
    kind: "parsed",
    parse: String,
    brief: "Directory that the command would start in",
    optional: true,
    placeholder: "DIR",
  },
  repo: {
    kind: "parsed",
    parse: String,
    brief: "Root of the repository; else the directory upwards that holds .git",
    optional: true,
    placeholder: "DIR",
  },
} as const;

/** What the policy judges by, and the configuration that it comes from. */
export interface LoadedPolicy {
  readonly context: PolicyContext;
  readonly config: LoadedConfig;
}

/**
 * Everything that the policy judges a command by, on this machine.
 *
 * @throws `ConfigError` when a rule is wrong or one of its examples turns out otherwise
 * @throws `OwllmError` `not_found` when a directory is not there
 */
export async function loadPolicy(
  cli: Cli,
  flags: GlobalFlags,
  place: PolicyPlace = {},
): Promise<LoadedPolicy> {
  const config = await loadSettings(cli, flags);
  await checkRules(config.rules);
  const { createRule } = await import("../policy/mod.ts");
  const { hostFiles } = await import("../sandbox/mod.ts");
  const { absolutePath } = await import("../config/mod.ts");
  const home = cli.env("HOME") ?? "";
  const files = hostFiles();
  const directory = (flag: string, path: string) => {
    const absolute = absolutePath(path, cli.cwd, home);
    if (files.kind(absolute) === "directory") return files.realPath(absolute);
    throw new OwllmError({
      code: "not_found",
      message: `There is no directory "${path}", or it may not be read`,
      recoverySuggestion: `Name an existing directory with ${flag} DIR`,
    });
  };
  const cwd = directory("--cwd", place.cwd ?? cli.cwd);
  const repository = place.repo === undefined
    ? repositoryOf(cwd, (path) => files.kind(path) !== undefined)
    : directory("--repo", place.repo);
  const state = config.settings.state.dir;
  const context: PolicyContext = {
    cwd,
    repository,
    // Without a home, what `~` stands for lies outside every repository.
    home: home.startsWith("/") ? home : "/",
    files,
    rules: config.rules.map(createRule),
    protectedPaths: [...new Set([state, files.realPath(state)])],
  };
  return { context, config };
}

/** The nearest directory upwards that holds a `.git`, which in a work tree is a file. */
function repositoryOf(cwd: string, exists: (path: string) => boolean): string {
  for (let directory = cwd; directory !== "/";) {
    if (exists(`${directory}/.git`)) return directory;
    directory = directory.slice(0, directory.lastIndexOf("/")) || "/";
  }
  return cwd;
}

/**
 * Runs the examples of the rules: a rule that does not do what its writer thinks must not be trusted.
 *
 * @throws `ConfigError` naming each example that turned out otherwise
 */
export async function checkRules(rules: readonly RuleInForce[]): Promise<void> {
  if (rules.length === 0) return;
  const { failedExamples } = await import("../policy/mod.ts");
  const { ConfigError, RULE_KEYS } = await import("../config/mod.ts");
  const problems = rules.flatMap((rule) =>
    failedExamples(rule).map(({ list, index }) => ({
      where: rule.exampleOrigin(list, index),
      key: `rules.${rule.name}.${RULE_KEYS[list]}.${index}`,
      message: `The rule "${rule.name}" ${list === "match" ? "does not apply" : "applies"} to ` +
        `${JSON.stringify(rule[list][index])}, expected that it ` +
        (list === "match" ? "does" : "does not"),
    }))
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
