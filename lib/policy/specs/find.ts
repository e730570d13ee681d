import type { Call } from "../call.ts";
import { isInside, resolvePath } from "../paths.ts";
import { needsPerson, refused } from "../session.ts";
import type { Role, Tables } from "../table.ts";
import { type Arg, display, known, type Listing, type Stream } from "../values.ts";
import { judgeLinks } from "./search_reach.ts";
import { replaceMark } from "./wrappers.ts";

const words = (text: string) => text.split(/\s+/);
/** Tests and actions by the words that they take and what those mean. */
export const FIND_WORDS: Readonly<Record<string, readonly Role[]>> = Object.fromEntries([
  ...words(
    "-print -print0 -ls -prune -quit -depth -d -mount -xdev -empty -daystart -follow -noleaf -true -false " +
      "-readable -writable -executable -nouser -nogroup -not -a -and -o -or -ignore_readdir_race " +
      "-noignore_readdir_race -warn -nowarn ( ) ! , -H -L -P -O0 -O1 -O2 -O3 -help --help -version --version",
  ).map((name) => [name, []]),
  ...words(
    "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -maxdepth " +
      "-mindepth -size -mtime -atime -ctime -mmin -amin -cmin -perm -user -group -uid -gid -links -inum " +
      "-lname -ilname -fstype -printf -used -context -newermt -newerat -newerct -D",
  ).map((name) => [name, ["text"]]),
  ...words("-newer -anewer -cnewer -samefile").map((name) => [name, ["stat"]]),
  ...words("-fprint -fprint0 -fls").map((name) => [name, ["write"]]),
  ["-fprintf", ["write", "text"]],
  ["-files0-from", ["config"]],
]);
const RUNS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);

/** Tests that choose by name. */
const NAMES = new Set(
  words("-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname -ilname"),
);

interface Found {
  readonly roots: Arg[];
  readonly tests: string[];
  /** Patterns of names by alternative; an alternative without one lists any name. */
  readonly names: string[][];
  deletes: Arg | undefined;
}

/** `find`: paths, then tests and actions; what it runs is judged with the paths that it would get. */
function find(call: Call): Stream {
  const found: Found = { roots: [], tests: [], names: [[]], deletes: undefined };
  const runs: { name: Arg; child: Arg[] }[] = [];
  const { args } = call;
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] as Arg;
    const text = known(arg);
    if (text !== undefined && /^-(?:[HLP]|O\d)$/.test(text)) continue;
    if (text !== undefined && /^(?:-.|[()!,]$)/.test(text)) break;
    if (text === undefined && call.couldStartWithDash(arg)) {
      call.find(needsPerson("could_be_flag", `"${display(arg)}" could become a test`), arg);
    }
    found.roots.push(arg);
  }
  for (; index < args.length; index++) {
    const arg = args[index] as Arg;
    const name = known(arg) ?? "";
    if (RUNS.has(name)) {
      const end = args.findIndex((word, at) => at > index && isEnd(word, args[at - 1]));
      const stop = end < 0 ? args.length : end;
      runs.push({ name: arg, child: args.slice(index + 1, stop) });
      if (end < 0) call.find(needsPerson("syntax", `"${name}" has no end`), arg);
      index = stop;
      continue;
    }
    if (name === "-delete") {
      found.deletes = arg;
      continue;
    }
    index += judgeTest(call, arg, name, args.slice(index + 1), found);
  }
  return finish(call, found, runs, args);
}

function isEnd(word: Arg, before: Arg | undefined): boolean {
  const text = known(word);
  return text === ";" ||
    (text === "+" && before !== undefined && (known(before) ?? "").includes("{}"));
}

/** Judges one test; returns how many words it took. */
function judgeTest(
  call: Call,
  arg: Arg,
  name: string,
  rest: readonly Arg[],
  found: Found,
): number {
  const roles = FIND_WORDS[name];
  if (roles === undefined) {
    call.find(needsPerson("unknown_flag", `"${display(arg)}" is no known test of "find"`), arg);
    return 0;
  }
  const values = rest.slice(0, roles.length);
  values.forEach((value, at) => call.role(roles[at] ?? "approve", value, value, name));
  const text = values[0] === undefined ? undefined : known(values[0]);
  const negated = found.tests.at(-1) === "!" || found.tests.at(-1) === "-not";
  if (name === "-o" || name === "-or" || name === ",") found.names.push([]);
  else if (NAMES.has(name) && text !== undefined && !negated) {
    // Of a regular expression only is known that it chooses; a pattern of paths chooses by its last name.
    found.names.at(-1)?.push(name.endsWith("regex") ? ".*" : text.slice(text.lastIndexOf("/") + 1));
  }
  found.tests.push(name);
  return roles.length;
}

function finish(
  call: Call,
  found: Found,
  runs: readonly { name: Arg; child: Arg[] }[],
  args: readonly Arg[],
): Stream {
  const roots = found.roots.length === 0 ? [call.word(".")] : found.roots;
  for (const root of roots) call.file(root, "stat");
  const follows = args.find((arg) => /^-(?:L|follow)$/.test(known(arg) ?? ""));
  if (follows !== undefined) judgeLinks(call, roots, follows);
  const texts = roots.map(known);
  const complete = found.names.every((alternative) => alternative.length > 0);
  const listing: Listing = {
    roots: texts.map((text) => text ?? "/"),
    names: complete ? found.names.flat() : undefined,
    dash: false,
    hidden: true,
  };
  const path: Arg = { pieces: [{ kind: "path", listing }], ...call.span, many: true };
  for (const { name, child } of runs) {
    if (known(name)?.includes("ok")) {
      call.find(needsPerson("interactive", '"-ok" waits for a person'), name);
    }
    const state = call.state;
    if (known(name)?.endsWith("dir")) {
      call.state = state.fork();
      call.find(
        needsPerson("unknown_directory", '"-execdir" runs in directories that are not known'),
        name,
      );
    }
    call.child(child.map((word) => replaceMark(word, "{}", path)), undefined, { kind: "unknown" });
    if (child.some((word) => known(word) !== "{}" && known(word)?.includes("{}"))) {
      // A script with a path in it is unknown text; what it does around the path is known all the same.
      call.session.recorder.onlyDenials(() => call.child(child, undefined, { kind: "unknown" }));
    }
    call.state = state;
  }
  if (found.deletes !== undefined) judgeDelete(call, found, roots, listing);
  const prints = !args.some((arg) => /^-(?:printf|ls)$/.test(known(arg) ?? "")) &&
    runs.length === 0;
  return prints && !texts.includes(undefined) ? { kind: "paths", listing } : { kind: "unknown" };
}

/** `-delete` may remove what a name or a time selects inside the repository, with a person's word. */
function judgeDelete(call: Call, found: Found, roots: readonly Arg[], listing: Listing): void {
  const { repository } = call.session.context;
  const inside = roots.every((root) => {
    const text = known(root);
    return text !== undefined && call.state.dirs.length > 0 && call.state.dirs.every((dir) => {
      const path = resolvePath(dir, text);
      return isInside(path, repository) && (path !== repository || listing.names !== undefined);
    });
  });
  const everything = listing.names?.some((name) => /^\**$/.test(name)) === true;
  const at = found.deletes as Arg;
  call.find(
    inside && !everything
      ? needsPerson("writes", '"find -delete" removes files')
      : refused("destroys", '"find -delete" removes everything that it finds'),
    at,
  );
}

/** `find` has a language of its own. */
export const FIND: Tables = { find: { style: "none", whole: find } };
