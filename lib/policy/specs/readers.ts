import type { Table, Tables } from "../table.ts";
import { decodes } from "./printed.ts";

const HELP = "--help --version ";
const filter = (flags: Table["flags"] & object, more: Omit<Table, "flags"> = {}): Table => ({
  operands: "read",
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
/** Programs that print files and change nothing. */
export const READERS: Tables = {
  cat: filter({
    none: "-A -b -e -E -n -s -t -T -u -v --show-all --number-nonblank --show-ends --number " +
      "--squeeze-blank --show-tabs --show-nonprinting",
  }, {
    output: (call) =>
      call.args.length === 0
        ? call.stdin
        : call.taintedOutput([...call.options.operands, call.input]),
  }),
  tac: filter({ none: "-b -r --before --regex", text: "-s: --separator:" }, { lines: "" }),
  rev: filter({}),
  "head tail": filter({
    none: "-q -v -z -f -F -r --quiet --silent --verbose --zero-terminated --follow --retry",
    text: "-c: -n: --bytes: --lines: -s: --sleep-interval: --pid: --max-unchanged-stats:",
  }, { numeric: true, lines: "-n --lines -q --quiet --silent" }),
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
  }, {
    lines:
      "-b -d -f -g -i -M -h -n -R -r -V -s -u -k --key -t --field-separator --reverse --unique " +
      "--numeric-sort --version-sort",
  }),
  uniq: filter({
    none: "-c -d -D -i -u -z --count --repeated --ignore-case --unique --zero-terminated",
    text: "-f: -s: -w: --skip-fields: --skip-chars: --check-chars: --all-repeated? --group?",
  }, { operands: ["read", "write"], most: 2, lines: "-d -u -i" }),
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
    stop: true,
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
  shuf: filter({
    none: "-e -r -z --echo --repeat --zero-terminated",
    text: "-i: -n: --input-range: --head-count:",
    read: "--random-source:",
    write: "-o: --output:",
  }, { lines: "-n --head-count -z" }),
  iconv: filter({
    none: "-c -l -s --list --silent --verbose",
    text: "-f: -t: --from-code: --to-code: --unicode-subst: --byte-subst: --widechar-subst:",
    write: "-o: --output:",
  }),
  "nm size": filter({
    none:
      "-a -A -B -C -D -g -n -p -P -r -S -u -d -o -x -t --defined-only --undefined-only --demangle " +
      "--dynamic --extern-only --numeric-sort --size-sort --totals",
    text: "--format: --radix: --sort:",
    config: "--plugin:",
  }),
  "objdump readelf": filter({
    none:
      "-a -d -D -f -h -H -l -n -p -r -R -s -S -t -T -V -W -x -C --all --disassemble --disassemble-all " +
      "--file-headers --section-headers --syms --symbols --headers --dynamic --wide --source --reloc " +
      "--segments --sections --program-headers --file-header --notes --relocs --demangle? --no-show-raw-insn",
    text: "-j: -M: --section: --start-address: --stop-address: -m:",
    config: "--plugin:",
  }, { style: "exact" }),
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
