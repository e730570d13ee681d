import { expandBraces } from "../braces.ts";
import type { Call } from "../call.ts";
import { judgeSelection } from "../path_args.ts";
import { needsPerson } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { judgeLinks, judgePrinted, searchFiles } from "./search_reach.ts";
import { type Arg, display, known, type Stream } from "../values.ts";

const HELP = "--help --version ";

/** A pattern of names that a search is limited to must not select secrets. */
function judgeNames(call: Call, ...flags: string[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const { value } of call.given(...flags)) {
    const text = value === undefined ? undefined : known(value);
    if (text === undefined) continue;
    if (text.startsWith("!")) continue;
    for (const pattern of expandBraces(text) ?? [text]) {
      names.push(pattern.slice(pattern.lastIndexOf("/") + 1));
      for (const finding of judgeSelection(pattern)) call.find(finding, value);
    }
  }
  return names.length > 0 ? names : undefined;
}

function searchOutput(call: Call, lists: boolean, names: readonly string[] | undefined): Stream {
  const files = searchFiles(call);
  const recursive = call.name === "rg" ||
    call.given("-r", "-R", "--recursive", "--dereference-recursive").length > 0;
  const changes =
    call.given("--path-separator", "--json", "--hyperlink-format", "--replace", "-r").length > 0;
  if (lists && call.name === "rg" && changes) return { kind: "unknown" };
  if (lists && (files.length > 0 || recursive)) {
    const roots = files.map(known);
    if (roots.includes(undefined)) return { kind: "unknown" };
    return {
      kind: "paths",
      listing: {
        roots: roots.length === 0 ? ["."] : roots as string[],
        names,
        dash: roots.length === 0,
        hidden: call.name !== "rg" || call.given("-u", "-.", "--hidden", "--no-ignore").length > 0,
      },
    };
  }
  if (call.stdin.kind === "unknown" && call.stdin.taint !== undefined) return call.stdin;
  if (call.given("-c", "--count").length > 0 && files.length === 0) return { kind: "numbers" };
  const passes = files.length === 0 && !recursive && call.stdin.kind === "paths" &&
    call.options.given.every(({ flag }) =>
      /^-(?:[EFGPVeivwxqah]|-(?:invert-match|ignore-case|regexp))$/.test(flag.name)
    );
  return passes ? call.stdin : { kind: "unknown" };
}

function grep(call: Call): void {
  const recursive = call.given(
    "-r",
    "-R",
    "--recursive",
    "--dereference-recursive",
    "-d",
    "--directories",
  );
  const access = recursive.length > 0 ? "tree" : "read";
  const files = searchFiles(call);
  if (files.length === 0 && recursive.length > 0) call.file(call.word("."), "stat");
  for (const file of files) call.file(file, access);
  judgeLinks(call, files, call.given("-R", "--dereference-recursive")[0]?.arg);
  if (recursive.length > 0) judgePrinted(call, files, true, judgeNames(call, "--include"));
}

function ripgrep(call: Call): void {
  const files = searchFiles(call);
  if (files.length === 0) call.file(call.word("."), "stat");
  for (const file of files) call.file(file, "tree");
  judgeLinks(call, files, call.given("-L", "--follow")[0]?.arg);
  const hidden = call.given("-u", "-.", "--hidden", "--unrestricted").length > 0;
  judgePrinted(call, files, hidden, undefined);
}

/** `jq`: some flags take two words; the program text can show the environment. */
function jq(call: Call): void {
  const { operands } = call.options;
  const rest: Arg[] = [];
  for (let index = 0; index < operands.length; index++) rest.push(operands[index] as Arg);
  const fromFile = call.given("-f", "--from-file").length > 0;
  const pairs = call.given("--arg", "--argjson", "--slurpfile", "--rawfile");
  // The second word of a pair was read as an operand: it comes right after the flag's value.
  for (const { flag, value } of pairs) {
    const at = call.args.indexOf(value as Arg);
    const second = call.args[at + 1];
    const place = second === undefined ? -1 : rest.indexOf(second);
    if (place < 0 || second === undefined) {
      call.find(needsPerson("operands", `"${flag.name}" needs two words`));
      continue;
    }
    rest.splice(place, 1);
    if (flag.name.endsWith("file")) call.file(second, "read");
  }
  const [program, ...files] = fromFile ? [undefined, ...rest] : rest;
  const literal = call.given("--args", "--jsonargs").length > 0;
  if (program !== undefined) {
    const text = known(program);
    if (
      text === undefined ||
      /\$ENV|(?<![.\w])env\b|\$__prog|\bimport\b|\binclude\b|\binput_filename\b|\bstrenv\b|\bload\w*\b/
        .test(text)
    ) {
      call.find(
        needsPerson("environment", `"${display(program)}" may show more than its input`),
        program,
      );
    }
  }
  if (!literal) { for (const file of files) if (file !== undefined) call.file(file, "read"); }
}

const GREP: Table = {
  operands: "text",
  numeric: true,
  bulk: true,
  flags: {
    none:
      `${HELP}-a -b -c -E -F -G -H -h -I -i -L -l -n -o -P -q -R -r -s -T -U -u -V -v -w -x -y -Z -z ` +
      "--text --byte-offset --count --extended-regexp --fixed-strings --basic-regexp --perl-regexp " +
      "--with-filename --no-filename --ignore-case --no-ignore-case --files-without-match " +
      "--files-with-matches --line-number --only-matching --quiet --silent --recursive " +
      "--dereference-recursive --no-messages --initial-tab --invert-match --word-regexp --line-regexp " +
      "--null --null-data --line-buffered --binary --unix-byte-offsets",
    text:
      "-A: -B: -C: -D: -d: -e: -m: --after-context: --before-context: --context: --color? --colour? " +
      "--devices: --directories: --regexp: --max-count: --include: --exclude: --exclude-dir: --label: " +
      "--binary-files: --group-separator: --no-group-separator",
    read: "-f: --file: --exclude-from:",
  },
  judge: grep,
  output: (call) =>
    searchOutput(
      call,
      call.given("-l", "-L", "--files-with-matches", "--files-without-match").length > 0,
      judgeNames(call, "--include"),
    ),
};

/** Programs that search. */
export const SEARCH: Tables = {
  "grep egrep fgrep": GREP,
  rg: {
    style: "exact",
    operands: "text",
    bulk: true,
    flags: {
      none: "-h -V -0 -F -H -I -L -N -P -S -U -a -b -c -i -l -n -o -p -q -s -u -v -w -x -. " +
        `${HELP}--auto-hybrid-regex --binary --block-buffered --byte-offset --case-sensitive --column ` +
        "--count --count-matches --crlf --debug --files --files-with-matches --files-without-match " +
        "--fixed-strings --follow --glob-case-insensitive --heading --no-heading --hidden --no-hidden " +
        "--ignore-case --include-zero --invert-match --json --line-buffered --line-number --no-line-number " +
        "--line-regexp --max-columns-preview --mmap --multiline --multiline-dotall --no-config " +
        "--no-filename --no-ignore --no-ignore-dot --no-ignore-exclude --no-ignore-files " +
        "--no-ignore-global --no-ignore-parent --no-ignore-vcs --no-messages --no-require-git --null " +
        "--null-data --one-file-system --only-matching --passthru --pcre2 --pretty --quiet --smart-case " +
        "--stats --stop-on-nonmatch --text --trim --type-list --unicode --no-unicode --unrestricted --vimgrep " +
        "--with-filename --word-regexp --no-pre --trace",
      text:
        "-A: -B: -C: -E: -M: -T: -d: -e: -g: -j: -m: -r: -t: --after-context: --before-context: " +
        "--context: --color: --colors: --context-separator: --dfa-size-limit: --encoding: --engine: " +
        "--field-context-separator: --field-match-separator: --glob: --iglob: --max-columns: --max-count: " +
        "--max-depth: --max-filesize: --path-separator: --regexp: --regex-size-limit: --replace: --sort: " +
        "--sortr: --threads: --type: --type-add: --type-clear: --type-not: --pre-glob: --hyperlink-format: " +
        "--generate:",
      read: "-f: --file: --ignore-file:",
      exec: "--pre: --hostname-bin: -z --search-zip",
    },
    judge: ripgrep,
    output: (call) =>
      searchOutput(
        call,
        call.given("-l", "--files", "--files-with-matches", "--files-without-match").length > 0,
        judgeNames(call, "-g", "--glob", "--iglob"),
      ),
  },
  ag: {
    style: "exact",
    operands: ["text", "tree"],
    bulk: true,
    here: true,
    flags: {
      none:
        `${HELP}-i -l -L -n -c -w -v -Q -a -s -S -H -h -o -r -R -u -U --hidden --nocolor --column --nogroup`,
      text: "-G: --ignore:",
      exec: "--pager:",
      read: "-p: --path-to-ignore:",
    },
  },
  "fd fdfind": {
    style: "exact",
    operands: ["text", "stat"],
    here: true,
    flags: {
      none:
        `${HELP}-H -I -u -s -i -g -F -a -l -L -p -0 -1 -q -h -V --hidden --no-ignore --unrestricted ` +
        "--case-sensitive --ignore-case --glob --fixed-strings --absolute-path --list-details --follow " +
        "--full-path --print0 --quiet --show-errors --no-ignore-vcs --prune",
      text:
        "-d: -t: -e: -E: -S: -o: -c: -j: --max-depth: --min-depth: --exact-depth: --type: --extension: " +
        "--exclude: --size: --changed-within: --changed-before: --owner: --color: --threads: --max-results: " +
        "--path-separator:",
      stat: "--search-path: --base-directory: -C:",
      read: "--ignore-file:",
      exec: "-x -X --exec --exec-batch --batch-size:",
    },
    judge: (call) => {
      const [run] = call.given("-x", "-X", "--exec", "--exec-batch");
      if (run === undefined) return;
      const at = call.args.indexOf(run.arg as Arg);
      call.child(call.args.slice(at + 1));
    },
  },
  "locate mlocate plocate": {
    operands: "text",
    flags: { none: `${HELP}-i -c -b -q -r -e`, text: "-n: -l:" },
    always: { role: "approve", why: "lists files everywhere" },
  },
  jq: {
    style: "exact",
    operands: "text",
    flags: {
      none:
        `${HELP}-a -c -C -e -h -j -M -n -r -R -s -S -V --ascii-output --compact-output --color-output ` +
        "--exit-status --join-output --monochrome-output --null-input --raw-output --raw-output0 " +
        "--raw-input --slurp --sort-keys --tab --seq --stream --unbuffered --args --jsonargs",
      text: "--indent: --arg: --argjson: --slurpfile: --rawfile:",
      config: "-f: --from-file: -L: --library-path:",
    },
    judge: jq,
  },
  yq: {
    style: "exact",
    operands: "text",
    flags: {
      none:
        `${HELP}-r -e -n -N -M -C -P -j -c -s -y -S --unwrapScalar --exit-status --null-input --no-doc ` +
        "--no-colors --colors --prettyPrint --tojson",
      text: "-o: -p: -I: --output-format: --input-format: --indent:",
      write: "-i --inplace --in-place --split-exp:",
      approve: "--arg: --from-file: --expression:",
    },
    judge: (call) => {
      const { operands } = call.options;
      const evaluates = /^(?:eval|e|eval-all|ea)$/.test(known(operands[0] ?? call.word("")) ?? "");
      const [program, ...files] = evaluates ? operands.slice(1) : operands;
      if (/\benv\w*|\bstrenv|\bload/.test(program === undefined ? "" : known(program) ?? "env")) {
        call.find(
          needsPerson("environment", "The expression may show more than its input"),
          program,
        );
      }
      for (const file of files) call.file(file, "read");
    },
  },
};
