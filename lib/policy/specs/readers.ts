import { known, type Stream } from "../values.ts";
import type { Call } from "../call.ts";
import type { Table, Tables } from "../table.ts";

const HELP = "--help --version ";

/** What `ls` prints: names of the directories that it was given. */
function lsOutput(call: Call): Stream {
  const roots = call.options.operands.map(known);
  if (roots.some((root) => root === undefined)) return { kind: "unknown" };
  const hidden = call.given("-a", "-A", "--all", "--almost-all").length > 0;
  return {
    kind: "paths",
    listing: {
      roots: roots.length === 0 ? ["."] : roots as string[],
      names: undefined,
      dash: true,
      hidden,
    },
  };
}

function textOutput(call: Call, separator: string, end: string): Stream {
  const parts = call.options.operands.map(known);
  return parts.some((part) => part === undefined)
    ? { kind: "unknown" }
    : { kind: "text", text: parts.join(separator) + end };
}

/** `echo` has no flags that matter; `-e` makes escapes of its words. */
function echo(call: Call): Stream {
  const texts: (string | undefined)[] = call.args.map(known);
  if (texts.includes(undefined)) return call.taintedOutput(call.args);
  const flags = texts.findIndex((text) => !/^-[neE]+$/.test(text ?? ""));
  const rest = flags < 0 ? [] : texts.slice(flags);
  const text = rest.join(" ");
  const escaped = texts.slice(0, Math.max(0, flags)).some((flag) => flag?.includes("e"));
  return { kind: "text", text: (escaped ? unescape(text) : text) + "\n" };
}

/** `printf` with known words; formats other than `%s` and `%b` are left unknown. */
function printf(call: Call): Stream {
  const operands = call.options.operands;
  const texts: (string | undefined)[] = operands.map(known);
  const [format, ...rest] = texts;
  if (format === undefined || texts.includes(undefined)) return call.taintedOutput(operands);
  const holes = format.match(/%[^%]/g) ?? [];
  if (holes.some((hole) => hole !== "%s" && hole !== "%b" && hole !== "%d")) {
    return { kind: "unknown" };
  }
  let printed = "";
  let at = 0;
  do {
    printed += unescape(format).replaceAll(
      /%[sbd%]/g,
      (hole) => hole === "%%" ? "%" : hole === "%b" ? unescape(rest[at++] ?? "") : rest[at++] ?? "",
    );
  } while (holes.length > 0 && at < rest.length);
  return { kind: "text", text: printed };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "",
  b: "",
  "\\": "\\",
};

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|u([0-9a-fA-F]{1,4})|(.))/g,
    (_, hex, octal, unicode, char) => {
      if (hex ?? unicode) return String.fromCharCode(parseInt(hex ?? unicode, 16));
      if (octal) return String.fromCharCode(parseInt(octal, 8));
      return ESCAPES[char] ?? char;
    },
  );
}

/** A decoder: what comes out of it is not readable in the command. */
function decodes(...flags: string[]): (call: Call) => Stream {
  return (call) => {
    if (call.stdin.kind === "unknown" && call.stdin.taint !== undefined) return call.stdin;
    if (call.given(...flags).length === 0) return { kind: "unknown" };
    if (call.name === "base64" && call.stdin.kind === "text") {
      const decoded = fromBase64(call.stdin.text);
      if (decoded !== undefined) return { kind: "text", text: decoded };
    }
    return { kind: "unknown", taint: "decoded" };
  };
}

function fromBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // Not base64, or not text: nothing is known of it.
  }
}

const filter = (flags: Table["flags"] & object, more: Omit<Table, "flags"> = {}): Table => ({
  operands: "read",
  filter: true,
  ...more,
  flags: { ...flags, none: `${HELP}${flags.none ?? ""}` },
});
const sums = (more = ""): Table => ({
  operands: "read",
  bulk: true,
  flags: {
    none:
      `${HELP}-b -c -t -w -z --binary --check --tag --text --zero --ignore-missing --quiet --status ` +
      `--strict --warn ${more}`,
  },
});
const QUIET: Table = { style: "none", operands: "text" };

/** Programs that print files, names or facts and change nothing. */
export const READERS: Tables = {
  cat: filter({
    none: "-A -b -e -E -n -s -t -T -u -v --show-all --number-nonblank --show-ends --number " +
      "--squeeze-blank --show-tabs --show-nonprinting",
  }, {
    output: (call) =>
      call.options.operands.length === 0 ? call.stdin : call.taintedOutput(call.options.operands),
  }),
  tac: filter({ none: "-b -r --before --regex", text: "-s: --separator:" }),
  rev: filter({}),
  "head tail": filter({
    none: "-q -v -z -f -F -r --quiet --silent --verbose --zero-terminated --follow --retry",
    text: "-c: -n: --bytes: --lines: -s: --sleep-interval: --pid: --max-unchanged-stats:",
  }, { numeric: true }),
  nl: filter({
    none: "-p --no-renumber",
    text: "-b: -d: -f: -h: -i: -l: -n: -s: -v: -w: --body-numbering: --section-delimiter: " +
      "--footer-numbering: --header-numbering: --line-increment: --join-blank-lines: --number-format: " +
      "--number-separator: --starting-line-number: --number-width:",
  }),
  wc: {
    operands: "read",
    bulk: true,
    flags: {
      none: `${HELP}-c -m -l -L -w --bytes --chars --lines --max-line-length --words`,
      text: "--total:",
      names: "--files0-from:",
    },
    output: (call) =>
      call.options.operands.length === 0 && call.options.given.length === 1
        ? { kind: "numbers" }
        : { kind: "unknown" },
  },
  sort: filter({
    none: "-b -d -f -g -i -M -h -n -R -r -V -c -C -m -s -u -z --ignore-leading-blanks " +
      "--dictionary-order --ignore-case --general-numeric-sort --ignore-nonprinting --month-sort " +
      "--human-numeric-sort --numeric-sort --random-sort --reverse --version-sort --merge --stable " +
      "--unique --zero-terminated --debug",
    text:
      "-k: --key: -t: --field-separator: -S: --buffer-size: --parallel: --batch-size: --sort: --check?",
    read: "--random-source:",
    names: "--files0-from:",
    write: "-o: --output: -T: --temporary-directory:",
    exec: "--compress-program:",
  }),
  uniq: filter({
    none: "-c -d -D -i -u -z --count --repeated --ignore-case --unique --zero-terminated",
    text: "-f: -s: -w: --skip-fields: --skip-chars: --check-chars: --all-repeated? --group?",
  }, { operands: ["read", "write"], most: 2 }),
  cut: filter({
    none: "-n -s -z --complement --only-delimited --zero-terminated",
    text: "-b: -c: -d: -f: --bytes: --characters: --delimiter: --fields: --output-delimiter:",
  }),
  paste: filter({ none: "-s -z --serial --zero-terminated", text: "-d: --delimiters:" }),
  join: filter({
    none: "-i -z --ignore-case --check-order --nocheck-order --header --zero-terminated",
    text: "-a: -e: -j: -o: -t: -v: -1: -2:",
  }),
  comm: filter({
    none: "-1 -2 -3 -i -z --check-order --nocheck-order --total --zero-terminated",
    text: "--output-delimiter:",
  }),
  column: filter({
    none: "-t -x -e -d -L -n -J --table --fillrows --table-noheadings --json --keep-empty-lines",
    text: "-s: -o: -c: -N: -R: -H: -O: -E: -T: -W: -l: --separator: --output-separator: " +
      "--output-width: --table-columns: --table-right: --table-hide: --table-order:",
  }),
  fold: filter({ none: "-b -s --bytes --spaces", text: "-w: --width:" }),
  fmt: filter({
    none: "-c -s -t -u --crown-margin --split-only --tagged-paragraph --uniform-spacing",
    text: "-w: -p: -g: --width: --prefix: --goal:",
  }, { numeric: true }),
  "expand unexpand": filter({ none: "-i -a --initial --all --first-only", text: "-t: --tabs:" }),
  tsort: filter({}),
  tr: {
    style: "exact",
    operands: "text",
    flags: {
      none: `${HELP}-c -C -d -s -t --complement --delete --squeeze-repeats --truncate-set1`,
    },
  },
  "cmp": {
    operands: ["read", "read", "text", "text"],
    flags: {
      none: `${HELP}-b -l -s --print-bytes --verbose --quiet --silent`,
      text: "-i: -n: --ignore-initial: --bytes:",
    },
  },
  "diff colordiff": {
    operands: "tree",
    most: 2,
    numeric: true,
    flags: {
      none:
        `${HELP}-a -b -B -c -d -e -E -i -l -n -N -p -q -r -s -t -T -u -v -w -y -Z --brief --normal ` +
        "--text --ignore-all-space --ignore-blank-lines --ignore-case --ignore-space-change " +
        "--ignore-tab-expansion --ignore-trailing-space --minimal --new-file --no-dereference --rcs --ed " +
        "--recursive --report-identical-files --side-by-side --show-c-function --expand-tabs " +
        "--initial-tab --left-column --suppress-common-lines --suppress-blank-empty --speed-large-files " +
        "--strip-trailing-cr --unidirectional-new-file --ignore-file-name-case --no-ignore-file-name-case",
      text:
        "-C: -U: -F: -I: -L: -W: -D: -x: --context? --unified? --show-function-line: --label: " +
        "--ignore-matching-lines: --exclude: --width: --color? --palette: --tabsize: --horizon-lines: " +
        "--ifdef: --line-format: --old-line-format: --new-line-format: --unchanged-line-format: " +
        "--old-group-format: --new-group-format: --changed-group-format: --unchanged-group-format:",
      read: "-X: --exclude-from: -S: --starting-file: --from-file: --to-file:",
      approve: "--paginate",
    },
  },
  "diff3 sdiff": {
    operands: "read",
    flags: {
      none: `${HELP}-a -A -e -E -i -m -T -x -X -3 -s -l -w -b -B -d -t -W -Z --merge --text`,
      text: "-L: --label: --width:",
      write: "-o: --output:",
      exec: "--diff-program:",
    },
  },
  "md5sum sha1sum sha224sum sha256sum sha384sum sha512sum": sums(),
  b2sum: sums("-l: --length:"),
  shasum: sums("-a: --algorithm: -p -U -0"),
  "cksum sum": sums("-r -s --sysv --raw --untagged -a: --algorithm: -l: --length: --base64"),
  "hexdump hd": filter({ none: "-b -c -C -d -o -v -x", text: "-e: -n: -s:", read: "-f:" }),
  od: filter({
    none: "-b -c -d -f -i -l -o -s -x -v --output-duplicates --traditional",
    text:
      "-A: -j: -N: -S: -t: -w? --address-radix: --skip-bytes: --read-bytes: --strings? --format: " +
      "--width? --endian:",
  }),
  xxd: {
    operands: ["read", "write"],
    style: "exact",
    most: 2,
    flags: {
      none:
        "-a -b -C -d -e -E -i -p -ps -plain -u -v -h -postscript -bits -include -uppercase -r -revert",
      text: "-c: -g: -l: -n: -o: -s: -R: -cols: -groupsize: -len: -seek: -offset:",
    },
    output: decodes("-r", "-revert"),
  },
  strings: filter({
    none: "-a -f -w -d --all --data --print-file-name --include-all-whitespace -o",
    text:
      "-n: -t: -e: -T: -s: -U: --bytes: --radix: --encoding: --target: --output-separator: --unicode:",
  }, { numeric: true }),
  base64: {
    operands: "read",
    flags: { none: `${HELP}-d -D -i --decode --ignore-garbage`, text: "-w: --wrap:" },
    output: decodes("-d", "-D", "--decode"),
  },
  "base32 basenc": {
    operands: "read",
    flags: {
      none:
        `${HELP}-d -i --decode --ignore-garbage --base64 --base64url --base32 --base16 --z85 --base2msbf`,
      text: "-w: --wrap:",
    },
    output: decodes("-d", "--decode"),
  },
  ls: {
    here: true,
    operands: "stat",
    flags: {
      none:
        `${HELP}-a -A -b -B -c -C -d -D -f -F -g -G -h -H -i -k -l -L -m -n -N -o -p -q -Q -r -R -s -S ` +
        "-t -u -U -v -x -X -Z -1 --all --almost-all --author --escape --ignore-backups --directory " +
        "--dired --no-group --human-readable --si --dereference --inode --kibibytes --numeric-uid-gid " +
        "--literal --hide-control-chars --show-control-chars --quote-name --reverse --recursive --size " +
        "--group-directories-first --full-time --context --zero --file-type",
      text:
        "-I: -T: -w: --ignore: --hide: --block-size: --color? --classify? --format: --hyperlink? " +
        "--indicator-style: --quoting-style: --sort: --time: --time-style: --tabsize: --width:",
    },
    output: lsOutput,
  },
  "dir vdir": { here: true, operands: "stat", flags: { none: `${HELP}-a -A -l -h -r -t -1 -R` } },
  tree: {
    here: true,
    operands: "stat",
    style: "exact",
    flags: {
      none:
        `${HELP}-a -d -f -i -l -x -p -s -h -u -g -D -F -q -N -Q -r -t -c -U -v -C -n -A -S -J -X ` +
        "--dirsfirst --filesfirst --noreport --gitignore --prune --inodes --device --du --si --ignore-case " +
        "--matchdirs --nolinks --fromfile",
      text: "-L: -P: -I: -H: -T: --filelimit: --charset: --timefmt: --sort:",
      read: "--gitfile: --infofile:",
      write: "-o:",
      approve: "-R",
    },
  },
  stat: {
    operands: "stat",
    flags: {
      none: `${HELP}-L -f -t -x -s -r --dereference --file-system --terse`,
      text: "-c: --format: --printf: --cached:",
    },
  },
  file: {
    operands: "read",
    bulk: true,
    flags: {
      none:
        `${HELP}-0 -b -c -d -E -h -i -I -k -l -L -n -N -p -r -s -S -v --brief --mime --mime-type ` +
        "--mime-encoding --no-dereference --dereference --keep-going --raw --special-files " +
        "--extension --apple --no-pad --no-buffer --print0 --preserve-date",
      text: "-e: -F: -P: --exclude: --separator: --parameter:",
      names: "-f: --files-from:",
      config: "-m: --magic-file: -C --compile",
      exec: "-z -Z --uncompress --uncompress-noreport",
    },
  },
  du: {
    here: true,
    operands: "stat",
    flags: {
      none:
        `${HELP}-0 -a -b -c -D -h -H -k -l -L -m -P -s -S -x --all --apparent-size --bytes --total ` +
        "--human-readable --summarize --si --inodes --one-file-system --null --separate-dirs --time " +
        "--dereference --dereference-args --no-dereference --count-links",
      text: "-B: -d: -t: --block-size: --max-depth: --threshold: --exclude: --time-style:",
      read: "-X: --exclude-from:",
      names: "--files0-from:",
    },
  },
  df: {
    operands: "stat",
    flags: {
      none:
        `${HELP}-a -h -H -i -k -l -P -T -v --all --human-readable --si --inodes --local --portability ` +
        "--print-type --total --no-sync --sync",
      text: "-B: -t: -x: --block-size: --type: --exclude-type: --output?",
    },
  },
  "basename dirname": {
    operands: "text",
    flags: { none: `${HELP}-a -z --multiple --zero`, text: "-s: --suffix:" },
    output: (call) =>
      textOutput(call, "\n", "\n").kind === "text" ? plainBase(call) : { kind: "unknown" },
  },
  "realpath readlink": {
    operands: "stat",
    flags: {
      none: `${HELP}-e -f -m -n -q -s -v -z -L -P --canonicalize --canonicalize-existing ` +
        "--canonicalize-missing --no-newline --quiet --silent --verbose --zero --logical --physical " +
        "--strip --no-symlinks",
      text: "--relative-to: --relative-base:",
    },
  },
  "echo": { style: "none", operands: "text", output: echo },
  printf: {
    style: "exact",
    operands: "text",
    flags: { none: HELP, approve: "-v:" },
    stop: true,
    output: printf,
  },
  "true false :": QUIET,
  pwd: {
    operands: "text",
    flags: { none: `${HELP}-L -P --logical --physical` },
    output: (call) =>
      call.state.dirs.length === 1
        ? { kind: "text", text: `${call.state.dirs[0]}\n` }
        : { kind: "unknown" },
  },
  seq: {
    operands: "text",
    numeric: true,
    flags: { none: `${HELP}-w --equal-width`, text: "-f: -s: --format: --separator:" },
    output: (call) => call.options.given.length === 0 ? { kind: "numbers" } : { kind: "unknown" },
  },
  sleep: { operands: "text", flags: { none: HELP } },
  "nproc arch tty logname users": {
    operands: "text",
    flags: { none: `${HELP}-s --all --silent --quiet`, text: "--ignore:" },
  },
  uname: {
    flags: {
      none: `${HELP}-a -s -n -r -v -m -p -i -o --all --kernel-name --nodename --kernel-release ` +
        "--kernel-version --machine --processor --hardware-platform --operating-system",
    },
  },
  "whoami hostid": { flags: { none: HELP } },
  hostname: {
    operands: "privilege",
    flags: {
      none: `${HELP}-a -A -d -f -i -I -s -y --fqdn --short --domain --ip-address`,
      approve: "-F: --file: -b",
    },
  },
  "id groups": {
    operands: "text",
    flags: { none: `${HELP}-a -g -G -n -r -u -z -Z --group --groups --name --real --user --zero` },
  },
  date: {
    operands: "text",
    flags: {
      none: `${HELP}-u -R -j -n --utc --universal --rfc-email --debug`,
      text: "-d: -I? --date: --iso-8601? --rfc-3339: -v:",
      stat: "-r: --reference:",
      read: "-f: --file:",
      privilege: "-s: --set:",
    },
    output: () => ({ kind: "unknown" }),
  },
  cal: { operands: "text", numeric: true, flags: { none: `${HELP}-1 -3 -s -m -j -y -w` } },
  uptime: { flags: { none: `${HELP}-p -s --pretty --since` } },
  free: {
    flags: {
      none: `${HELP}-b -k -m -g -h -w -t -l -v --human --wide --total --mebi --gibi --kibi --bytes`,
      text: "-s: -c:",
    },
  },
  "which whereis": {
    operands: "text",
    style: "exact",
    flags: { none: `${HELP}-a -s -b -m --all`, stat: "-B: -M:", text: "-f:" },
  },
  "test [": { style: "none", whole: testFiles },
  factor: { operands: "text", flags: { none: HELP } },
  numfmt: {
    operands: "text",
    flags: {
      none: `${HELP}--grouping --debug -z`,
      text:
        "-d: --delimiter: --field: --format: --from: --to: --from-unit: --to-unit: --header? --padding: " +
        "--round: --suffix: --invalid:",
    },
  },
  ps: {
    style: "none",
    whole: (call) => {
      for (const arg of call.args) {
        // In the BSD style an "e" shows the environment of every process.
        if (
          !/^(?:-[efAalujFHLTdNcy]+|[aufxlwj]+|-[opCqtuUgG]|--(?:no-headers?|forest|sort[=\w-]*|pid|ppid)|[\w,.%=+-]*[^e\w-][\w,.%=+-]*|\d+|-o[\w,=]+|(?:pid|ppid|user|cmd|comm|args|etime|stat|rss|vsz|%cpu|%mem)(?:,[\w%]+)*)$/
            .test(known(arg) ?? "")
        ) {
          call.role("env", undefined, arg, "ps");
        }
      }
    },
  },
  pgrep: {
    operands: "text",
    flags: {
      none: `${HELP}-a -c -f -i -l -n -o -v -x --list-full --full`,
      text: "-u: -U: -P: -d: -t: -g:",
    },
  },
  bc: { operands: "read", flags: { none: `${HELP}-l -q -s -w -i --mathlib --quiet` } },
  "getconf locale": { operands: "text", flags: { none: `${HELP}-a -m` } },
  expr: { style: "none", operands: "text" },
  "zcat zgrep gzcat bzcat xzcat zstdcat": {
    operands: "read",
    style: "exact",
    flags: {
      none: `${HELP}-c -f -k -l -q -r -t -v -n -i -d -o -h -H -w -E -F -s`,
      text: "-e: -A: -B: -C: -m:",
    },
    output: (call) =>
      call.stdin.kind === "unknown" && call.stdin.taint !== undefined
        ? call.stdin
        : { kind: "unknown", taint: "decoded" },
  },
};

function plainBase(call: Call): Stream {
  const text = known(call.options.operands[0] ?? call.word("")) ?? "";
  const cut = text.replace(/\/+$/, "").lastIndexOf("/");
  const printed = call.name === "basename"
    ? text.slice(cut + 1)
    : cut < 0
    ? "."
    : text.slice(0, cut) || "/";
  return call.options.given.length === 0 && call.options.operands.length === 1
    ? { kind: "text", text: `${printed}\n` }
    : { kind: "unknown" };
}

/** `[ … ]`: files are looked at; words are compared as text. */
function testFiles(call: Call): void {
  const args = call.args.at(-1) !== undefined && known(call.args.at(-1)!) === "]"
    ? call.args.slice(0, -1)
    : call.args;
  args.forEach((arg, index) => {
    const operator = known(args[index - 1] ?? call.word(""));
    if (operator === "-v" || operator === "-R") call.plainName(arg);
    else if (/^-[abcdefghkprstuwxGLNOS]$/.test(operator ?? "") && known(arg) !== "]") {
      call.file(arg, "stat");
    }
  });
}
