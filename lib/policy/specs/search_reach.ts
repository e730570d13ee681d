import type { Call } from "../call.ts";
import { mayLeadOut } from "../links.ts";
import { resolvePath } from "../paths.ts";
import { printedSecret } from "../search_secrets.ts";
import { needsPerson } from "../session.ts";
import { type Arg, display, known } from "../values.ts";

/** Files that a search reads: everything after the pattern, or everything when a flag gives the pattern. */
export function searchFiles(call: Call): readonly Arg[] {
  const named = call.given("-e", "--regexp", "-f", "--file", "--files", "--type-list").length > 0;
  const [first] = call.options.operands;
  // A pattern that stands for several words is followed by files.
  return named || first?.many === true ? call.options.operands : call.options.operands.slice(1);
}

/** A search that follows links may read anything that a link in the tree points to. */
export function judgeLinks(call: Call, files: readonly Arg[], flag: Arg | undefined): void {
  if (flag === undefined) return;
  const roots = files.length === 0 ? ["."] : files.map((file) => known(file) ?? "/");
  const out = call.state.dirs.some((dir) =>
    roots.some((root) => mayLeadOut(resolvePath(dir, root), call.session.context))
  );
  if (out) call.find(needsPerson("links", `"${display(flag)}" may follow a link out`), flag);
}

/** Flags of a search that shows names or numbers and no lines. */
const NO_LINES = [
  "-l",
  "-L",
  "-c",
  "-q",
  "--files",
  "--files-with-matches",
  "--files-without-match",
  "--count",
  "--quiet",
  "--silent",
];

/** A search through directories must not print lines of the files with secrets that are in them. */
export function judgePrinted(
  call: Call,
  files: readonly Arg[],
  hidden: boolean,
  names: readonly string[] | undefined,
): void {
  const { context } = call.session;
  const none = call.name === "rg" ? NO_LINES.filter((flag) => flag !== "-L") : NO_LINES;
  if (call.given(...none).length > 0) return;
  const given = call.given("-e", "--regexp", "-f", "--file").map(({ flag, value }) =>
    value === undefined || flag.name === "-f" || flag.name === "--file" ? undefined : known(value)
  );
  const first = call.options.operands[0];
  const inverted = call.given("-v", "--invert-match").length > 0;
  const patterns = inverted
    ? [undefined]
    : given.length > 0
    ? given
    : first === undefined
    ? []
    : [known(first)];
  const fixed = call.name === "fgrep" || call.given("-F", "--fixed-strings").length > 0;
  const roots = files.length === 0 ? ["."] : files.flatMap((file) => known(file) ?? []);
  for (const dir of call.state.dirs) {
    for (const root of roots.map((path) => resolvePath(dir, path))) {
      if (context.files.kind(root) !== "directory") continue;
      const secret = printedSecret({ root, patterns, fixed, hidden, names }, context.files);
      if (secret === undefined) continue;
      call.find(needsPerson("secret", `It would print lines of "${secret}"`));
      return;
    }
  }
}
