import { type Application, type ApplicationText, FlagNotFoundError, text_en } from "@stricli/core";
import { didYouMean, messageOf, OwllmError } from "../core/mod.ts";
import type { Cli } from "./command.ts";

/**
 * The texts of the command line parser, in owllm's words. Near flags are judged by our own
 * measure: the parser's lets any short word count as near.
 */
export const TEXT: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input }) => `Unknown command "${input}"`,
  exceptionWhileParsingArguments: (error) => {
    if (!(error instanceof FlagNotFoundError)) return messageOf(error).replaceAll("`", '"');
    const known = error.corrections.map((name) => name.replace(/^--/, ""));
    const near = didYouMean(error.input, known).replace('"', '"--');
    return `Unknown flag "--${error.input}"${near}`;
  },
};

/** The error for a command line that the parser refused with `text`. */
export function refusal(app: Application<Cli>, argv: readonly string[], text: string): OwllmError {
  const { path, names } = routeOf(app, argv);
  const unknown = argv[path.length];
  const isCommand = text.startsWith("Unknown command") && unknown !== undefined;
  return new OwllmError({
    code: "usage",
    message: text.trim().replaceAll(/\s*\n\s*/g, "; ") +
      (isCommand ? didYouMean(unknown, names) : ""),
    recoverySuggestion: isCommand && names.length > 0
      ? `There are: ${names.join(", ")}   help: ${["owllm", ...path, "--help"].join(" ")}`
      : `Help: ${["owllm", ...path, "--help"].join(" ")}`,
  });
}

/** How far the words lead through the tree of commands, and which names come next there. */
function routeOf(
  { root }: Application<Cli>,
  argv: readonly string[],
): { readonly path: readonly string[]; readonly names: readonly string[] } {
  let target: Application<Cli>["root"] = root;
  const path: string[] = [];
  for (const word of argv) {
    if (!("getRoutingTargetForInput" in target)) break;
    const next: Application<Cli>["root"] | undefined = target.getRoutingTargetForInput(word);
    if (next === undefined) break;
    path.push(word);
    target = next;
  }
  const names = "getAllEntries" in target
    ? target.getAllEntries().filter(({ hidden }) => !hidden)
      .map(({ name }) => name["convert-camel-to-kebab"])
    : [];
  return { path, names };
}
