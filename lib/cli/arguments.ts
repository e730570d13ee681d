const GLOBAL = /^--(json|quiet|verbose|color|no-color|state=.*|config=.*)$/;
const GLOBAL_WITH_VALUE = /^--(state|config)$/;

/** The words of a command line without the flags that every command has, and those flags. */
export function splitGlobalFlags(
  argv: readonly string[],
): { readonly words: readonly string[]; readonly flags: readonly string[] } {
  const words: string[] = [];
  const flags: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") return { words: [...words, ...argv.slice(index)], flags };
    if (GLOBAL_WITH_VALUE.test(word)) flags.push(...argv.slice(index, ++index + 1));
    else (GLOBAL.test(word) ? flags : words).push(word);
  }
  return { words, flags };
}

/**
 * The command line as the parser takes it: `owllm --json smoke model x` means
 * `owllm smoke model x --json`, and `owllm help smoke` means `owllm smoke --help`. Flags alone,
 * as in `owllm --json`, are left out: they change nothing about the help.
 */
export function normalizeArguments(argv: readonly string[]): string[] {
  const { words, flags } = splitGlobalFlags(argv);
  if (words.length === 0) return [];
  if (words[0] === "help") return [...words.slice(1), "--help"];
  if (/^(-h|--help|-v|--version)$/.test(words.at(-1) ?? "")) return [...words];
  const end = words.indexOf("--");
  return end < 0 ? [...words, ...flags] : [...words.slice(0, end), ...flags, ...words.slice(end)];
}
