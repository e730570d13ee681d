import type { FlagLists, Table } from "../table.ts";

/** Options of everything that shows differences. */
const DIFF: FlagLists = {
  none:
    "-p -u -s -R -a -b -w -z -M -C -D -B --patch --no-patch --raw --patch-with-raw --patch-with-stat --minimal " +
    "--patience --histogram --numstat --shortstat --summary --name-only --name-status --no-color " +
    "--no-color-moved --no-renames --rename-empty --no-rename-empty --check --full-index --binary " +
    "--find-copies-harder --pickaxe-all --pickaxe-regex --text --ignore-cr-at-eol --ignore-space-at-eol " +
    "--ignore-space-change --ignore-all-space --ignore-blank-lines --function-context -W --exit-code --quiet -q " +
    "--no-ext-diff --no-textconv --no-prefix --default-prefix --cached --staged --merge-base --no-relative " +
    "--compact-summary --cumulative --indent-heuristic --no-indent-heuristic --irreversible-delete -c --cc " +
    "-m --combined-all-paths --ita-invisible-in-index --ita-visible-in-index --color-words --word-diff " +
    "--unified -0 -1 -2 -3 --base --ours --theirs",
  text: "-U: -S: -G: -l: --unified? --stat? --stat-width: --stat-count: --stat-name-width: " +
    "--stat-graph-width: --dirstat? -X? --submodule? --color? --color-moved? --color-moved-ws: --word-diff? " +
    "--word-diff-regex: --color-words? --find-renames? --find-copies? --break-rewrites? --diff-filter: " +
    "--find-object: --relative? --src-prefix: --dst-prefix: --line-prefix: --inter-hunk-context: " +
    "--ignore-submodules? --ignore-matching-lines: -I: --abbrev? --diff-algorithm: --anchored: " +
    "--ws-error-highlight: --output-indicator-new: --output-indicator-old: --output-indicator-context: " +
    "--skip-to: --rotate-to: --diff-merges: -M? -C? -B? -D?",
  read: "-O: --no-index",
  write: "--output:",
  exec: "--ext-diff --textconv",
};
/** Options of everything that walks commits. */
const LOG: FlagLists = {
  none:
    "-i -E -F -P -g -h -t -r --oneline --graph --no-graph --all --branches --tags --remotes --reflog " +
    "--all-match --invert-grep --regexp-ignore-case --basic-regexp --extended-regexp --fixed-strings " +
    "--perl-regexp --remove-empty --merges --no-merges --first-parent --no-min-parents --no-max-parents " +
    "--boundary --left-only --right-only --left-right --cherry --cherry-mark --cherry-pick --walk-reflogs " +
    "--date-order --topo-order --author-date-order --reverse --no-walk --dense --sparse --full-history " +
    "--simplify-merges --simplify-by-decoration --ancestry-path --show-pulls --follow --no-decorate " +
    "--source --use-mailmap --no-use-mailmap --mailmap --no-mailmap --full-diff --log-size --no-notes " +
    "--abbrev-commit --no-abbrev-commit --parents --children --relative-date --clear-decorations " +
    "--no-expand-tabs --ignore-missing --count --objects --objects-edge --unpacked --bisect --merge " +
    "--not --timestamp --header --quiet --use-bitmap-index --disk-usage --no-object-names " +
    "--single-worktree --exclude-first-parent-only --no-commit-header --commit-header --show-linear-break",
  text:
    "-n: -L: --max-count: --skip: --since: --after: --until: --before: --author: --committer: --grep: " +
    "--grep-reflog: --min-parents: --max-parents: --branches? --tags? --remotes? --glob: --exclude: " +
    "--exclude-hidden: --format: --pretty? --date: --encoding: --decorate? --decorate-refs: " +
    "--decorate-refs-exclude: --notes? --expand-tabs? --since-as-filter: --no-walk? --filter: --missing: " +
    "--disk-usage? --ancestry-path? --graph-lane-limit: --max-age: --min-age:",
  exec: "--show-signature",
  approve: "--stdin",
};

function join(...lists: readonly FlagLists[]): FlagLists {
  const joined: Record<string, string> = {};
  for (const list of lists) {
    for (const [role, flags] of Object.entries(list)) {
      joined[role] = `${joined[role] ?? ""} ${flags}`.trim();
    }
  }
  return joined;
}

const table = (flags: FlagLists, more: Partial<Table> = {}): Table => ({
  style: "exact",
  numeric: true,
  operands: "text",
  flags,
  ...more,
});
const none = (flags: string, text = ""): Table => table({ none: flags, text });

/** Git commands that only read, with their flags. Exact: an abbreviation is not understood. */
export const GIT_READS: Readonly<Record<string, Table>> = {
  status: none(
    "-s -b -v -z --short --branch --show-stash --long --verbose --ahead-behind --no-ahead-behind --renames --no-renames --no-column -uno -unormal -uall",
    "--porcelain? -u? --untracked-files? --ignore-submodules? --ignored? --column? --find-renames?",
  ),
  log: table(join(DIFF, LOG)),
  show: table(join(DIFF, LOG)),
  diff: table(DIFF),
  "diff-tree": table(
    join(DIFF, {
      none: "-r -t -v --root --no-commit-id --always",
      text: "--pretty? --format:",
    }),
  ),
  "diff-index": table(join(DIFF, { none: "--merge-base" })),
  "diff-files": table(DIFF),
  "range-diff": table(
    join(DIFF, { text: "--creation-factor:", none: "--left-only --right-only --no-dual-color" }),
  ),
  shortlog: table(
    join({ ...LOG, text: LOG.text?.replace("-n: ", "") ?? "" }, {
      none: "-n -s -e -c --numbered --summary --email --committer",
      text: "-w? --group:",
    }),
  ),
  "rev-list": table(join(DIFF, LOG)),
  whatchanged: table(join(DIFF, LOG)),
  reflog: table(join(DIFF, LOG), {
    bare: true,
    commands: { show: table(join(DIFF, LOG)), list: table({}), exists: table({}) },
  }),
  blame: table({
    none:
      "-b -c -e -f -k -l -n -p -s -t -w -M -C -h --root --show-stats --porcelain --line-porcelain " +
      "--show-name --show-number --show-email --incremental --score-debug --progress --no-progress --minimal " +
      "--reverse --color-lines --color-by-age --first-parent",
    text:
      "-L: --date: --abbrev: --ignore-rev: --since: --reverse: --encoding: --diff-algorithm: -M? -C?",
    read: "-S: --contents: --ignore-revs-file:",
    exec: "--textconv",
  }),
  annotate: none("-l -t -n -e -s -w", "-L:"),
  branch: table({
    none:
      "-a -r -v -vv -l -i -q --all --remotes --list --show-current --no-color --no-column --ignore-case --verbose " +
      "--no-abbrev --omit-empty",
    text:
      "--contains: --no-contains: --merged? --no-merged? --points-at: --sort: --format: --color? --column? --abbrev:",
    write:
      "-d -D -m -M -c -C -f -u: -t --delete --move --copy --force --set-upstream-to: --unset-upstream " +
      "--track? --no-track --edit-description --create-reflog --recurse-submodules",
  }),
  tag: table({
    none: "-l -i --list --no-column --ignore-case --no-color --omit-empty -n",
    text:
      "-n? --contains? --no-contains: --points-at: --merged? --no-merged? --sort: --format: --color? --column?",
    write:
      "-a -d -f -m: -u: --annotate --delete --force --message: --local-user: --create-reflog --edit",
    read: "-F: --file:",
    exec: "-s -v --sign --verify",
  }),
  remote: table({ none: "-v --verbose" }, {
    bare: true,
    commands: {
      "get-url": none("--push --all"),
    },
  }),
  stash: table({}, {
    operands: "approve",
    commands: {
      list: table(join(DIFF, LOG)),
      show: table(join(DIFF, { none: "--include-untracked --only-untracked" })),
    },
  }),
  worktree: table({}, { commands: { list: none("-v --verbose --porcelain -z") } }),
  notes: table({}, {
    bare: true,
    commands: { list: table({}), show: table({}) },
  }),
  "ls-files": table({
    none:
      "-c -d -m -o -i -s -u -k -v -t -f -z -r --cached --deleted --modified --others --ignored --stage --unmerged " +
      "--killed --directory --no-empty-directory --full-name --error-unmatch --exclude-standard --eol " +
      "--deduplicate --resolve-undo --debug --recurse-submodules --sparse",
    text: "-x: --exclude: --abbrev? --with-tree: --format: --exclude-per-directory:",
    read: "-X: --exclude-from:",
  }),
  "ls-tree": none(
    "-d -r -t -l -z --long --name-only --name-status --object-only --full-name --full-tree",
    "--abbrev? --format:",
  ),
  grep: table({
    none:
      "-a -I -i -w -v -h -H -E -G -P -F -n -l -L -c -z -q -p -W -o -r --cached --untracked --no-exclude-standard " +
      "--exclude-standard --text --ignore-case --word-regexp --invert-match --full-name --extended-regexp " +
      "--basic-regexp --perl-regexp --fixed-strings --line-number --column --files-with-matches --name-only " +
      "--files-without-match --null --only-matching --count --break --heading --show-function " +
      "--function-context --no-color --and --or --not --all-match --quiet --recursive --no-recursive --no-textconv ( )",
    text:
      "-A: -B: -C: -e: -m: --max-count: --max-depth: --color? --threads: --context: --after-context: --before-context:",
    read: "-f:",
    tree: "--no-index --recurse-submodules --parent-basename:",
    exec: "-O? --open-files-in-pager? --textconv --ext-grep",
    approve: "--no-index",
  }),
  "rev-parse": none(
    "--verify -q --quiet --show-toplevel --show-prefix --show-cdup --git-dir --absolute-git-dir --git-common-dir " +
      "--is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository --all --branches " +
      "--tags --remotes --symbolic --symbolic-full-name --not --flags --no-flags --revs-only --no-revs " +
      "--show-superproject-working-tree --local-env-vars --sq --show-object-format",
    "--short? --abbrev-ref? --default: --since: --until: --glob: --exclude: --disambiguate: --path-format: --git-path: --prefix:",
  ),
  describe: none(
    "--all --tags --contains --always --long --exact-match --first-parent --debug",
    "--dirty? --broken? --abbrev: --candidates: --match: --exclude:",
  ),
  "name-rev": none("--all --tags --name-only --no-undefined --always", "--refs: --exclude:"),
  "merge-base": none("-a --all --octopus --independent --is-ancestor --fork-point"),
  "for-each-ref": none(
    "--stdin --shell --perl --python --tcl --ignore-case --omit-empty",
    "--count: --sort: --format: --points-at: --merged? --no-merged? --contains? --no-contains? --color? --exclude:",
  ),
  "show-ref": none(
    "-d -s -q --head --heads --tags --branches --dereference --verify --quiet --hash",
    "--hash? --abbrev?",
  ),
  "show-branch": none(
    "-a -r --all --remotes --current --list --topo-order --date-order --sparse --merge-base --independent --sha1-name --no-name --topics",
    "--more: --color?",
  ),
  "symbolic-ref": table({
    none: "-q --quiet --short --recurse --no-recurse",
    write: "-d -m: --delete",
  }, { most: 1 }),
  "count-objects": none("-v -H --verbose --human-readable"),
  "cat-file": table({
    none:
      "-t -s -e -p -Z -z --batch-all-objects --unordered --buffer --follow-symlinks --allow-unknown-type --use-mailmap",
    text: "--filter:",
    approve: "--batch? --batch-check?",
    exec: "--textconv --filters --path: --batch-command?",
  }),
  "check-ignore": none("-q -v -z -n --quiet --verbose --non-matching --no-index --stdin"),
  "check-attr": none("-a -z --all --cached --stdin", "--source:"),
  "check-mailmap": none("--stdin"),
  "check-ref-format": none("--normalize --branch --allow-onelevel"),
  cherry: none("-v", "--abbrev?"),
  "diff-pairs": table(DIFF),
  "patch-id": none("--stable --unstable --verbatim"),
  "verify-pack": none("-v -s --verbose --stat-only"),
  fsck: none(
    "--tags --root --unreachable --cache --no-reflogs --full --strict --verbose --no-dangling --dangling --progress --no-progress --connectivity-only --name-objects",
  ),
  version: none("--build-options"),
  config: table({
    none:
      "-l -z --list --get --get-all --get-regexp --get-urlmatch --name-only --show-origin --show-scope --null --local " +
      "--global --system --worktree --includes --no-includes --bool --int --path --bool-or-int --expiry-date --fixed-value",
    text: "--type: --default:",
    read: "-f: --file: --blob:",
    write: "--add --replace-all --unset --unset-all --rename-section --remove-section --append",
    exec: "-e --edit",
  }),
};
