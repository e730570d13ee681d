import { OwllmError } from "../core/mod.ts";
import type { SpawnSpec } from "./spawn.ts";

/** The longest argument that Linux passes to a program, in bytes. */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;

/** All arguments and variables together, in bytes: well under what Linux and macOS allow. */
const MAX_ALL_BYTES = 512 * 1024;

/**
 * Refuses a command that could not be passed on as it is.
 *
 * @throws `usage` with what is wrong.
 */
export function demandRunnable({ program, args, cwd, env }: SpawnSpec): void {
  const variables = Object.entries(env);
  const wrong = variables.find(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong !== undefined) throw refused(`"${wrong[0]}" is no name of an environment variable`);
  if (program === "") throw refused("A command needs a program");
  if (!cwd.startsWith("/")) throw refused(`"${cwd}" is no absolute directory`);
  const words = [program, cwd, ...args, ...variables.map(([name, value]) => `${name}=${value}`)];
  if (words.some((word) => word.includes("\0"))) throw refused("A command cannot hold a NUL");
  const sizes = words.map((word) => new TextEncoder().encode(word).length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (Math.max(...sizes) > MAX_ARGUMENT_BYTES || all > MAX_ALL_BYTES) {
    throw refused(
      "The command is longer than a system passes on; put the text into a file or into stdin",
    );
  }
}

function refused(message: string): OwllmError {
  return new OwllmError({ code: "usage", message });
}
