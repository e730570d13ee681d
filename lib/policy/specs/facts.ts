import type { Call } from "../call.ts";
import { needsPerson, refused } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { display, known, prefixOf } from "../values.ts";
import { echo, lsOutput, plainBase, printf } from "./printed.ts";

const HELP = "--help --version ";
const QUIET: Table = { style: "none", operands: "text" };

/** Programs that print names, facts or their own words and change nothing. */
export const FACTS: Tables = {
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
        "--matchdirs --nolinks",
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
    operands: "text",
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
    output: plainBase,
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
  "true false : yes": QUIET,
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
  lscpu: {
    operands: "text",
    flags: {
      none: `${HELP}-e -a -b -c -p -J -y --json --all --online --offline --extended? --parse?`,
    },
  },
  top: {
    style: "exact",
    flags: {
      none: "-b -c -H -i -1 -h -v",
      text: "-n: -d: -p: -u: -U: -o: -w: -O: -E: -e:",
    },
    judge: (call) => {
      if (call.given("-b", "-h", "-v").length === 0) {
        call.find(needsPerson("interactive", '"top" without "-b" waits for a person'));
      }
    },
  },
  look: { operands: ["text", "read"], flags: { none: "-a -d -f -b", text: "-t:" } },
  help: { operands: "text", style: "exact", flags: { none: "-d -m -s" } },
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
    judge: (call) => {
      for (const operand of call.options.operands) {
        if (prefixOf(operand).startsWith("+")) continue;
        call.find(refused("privilege", `"date ${display(operand)}" sets the clock`), operand);
      }
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
};

/** `[ … ]`: files are looked at; words are compared as text. */
function testFiles(call: Call): void {
  const args = call.args.at(-1) !== undefined && known(call.args.at(-1)!) === "]"
    ? call.args.slice(0, -1)
    : call.args;
  args.forEach((arg, index) => {
    const first = arg.pieces.find((piece) => piece.kind !== "text" || piece.text !== "");
    if (arg.many === true && first?.kind === "unknown") {
      call.find(needsPerson("could_be_flag", `"${display(arg)}" could become an operator`), arg);
    }
    const operator = known(args[index - 1] ?? call.word(""));
    if (operator === "-v" || operator === "-R") call.plainName(arg);
    else if (/^-[abcdefghkprstuwxGLNOS]$/.test(operator ?? "") && known(arg) !== "]") {
      if (known(arg) !== undefined) call.file(arg, "stat");
    }
  });
}
