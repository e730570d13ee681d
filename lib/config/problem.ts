import { OwllmError } from "../core/mod.ts";

/** Something wrong in a file, a variable or a flag. */
export interface ConfigProblem {
  /** Where: `owllm.toml:12`, `OWLLM_SMOKE_TIER`, `--tier`. */
  readonly where: string;
  /** The key, e.g. `server.ports`; empty when the whole file is meant. */
  readonly key: string;
  /** What is wrong and what was expected, with the value. */
  readonly message: string;
  /** The known key that was probably meant. */
  readonly nearest?: string;
}

/** All that is wrong with the configuration, in one error. */
export class ConfigError extends OwllmError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ where, message }) => `${where}: ${message}`);
    super({
      code: "config",
      message: lines.length === 1
        ? lines[0] ?? ""
        : `The configuration has ${lines.length} errors\n${
          lines.map((line) => `  ${line}`).join("\n")
        }`,
      context: { problems: problems.length },
      recoverySuggestion: problems.every(({ key }) => key.startsWith("rules."))
        ? "What a rule holds: owllm policy show --help"
        : "Every key with its meaning: owllm config show",
    });
    this.problems = problems;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** A value in an error message: short, and quoted as its type is. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
