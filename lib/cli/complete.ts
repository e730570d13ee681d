import { type Application, proposeCompletions } from "@stricli/core";
import { splitGlobalFlags } from "./arguments.ts";
import type { Cli } from "./command.ts";
import { write } from "./output.ts";

/**
 * `owllm complete -- WORD…`, which the completion scripts call: prints what the last word may
 * become, one candidate a line, its meaning after a tab. Hidden, and quiet whatever happens.
 */
export async function complete(
  app: Application<Cli>,
  argv: readonly string[],
  cli: Cli,
): Promise<void> {
  const typed = argv[0] === "--" ? argv.slice(1) : argv;
  const before = typed.slice(0, -1);
  // A file or a directory comes next: that the shell knows best.
  if (/^--(state|config|trace-db)$/.test(before.at(-1) ?? "")) return;
  const { words } = splitGlobalFlags(before);
  const partial = typed.at(-1) ?? "";
  const proposals = await proposeCompletions(app, [...words, partial], cli);
  const lines = new Map(
    proposals
      .filter(({ kind, completion }) =>
        kind !== "argument:flag" || partial.startsWith("-") && completion !== "--"
      )
      .map(({ completion, brief }) => [completion, `${completion}\t${brief}\n`]),
  );
  write(Deno.stdout, [...lines.values()].join(""));
}
