import type { Call } from "../call.ts";
import { isSecretPath } from "../secrets.ts";
import { resolvePath } from "../paths.ts";
import { needsPerson, refused } from "../session.ts";
import type { Role, Table, Tables } from "../table.ts";
import { type Arg, display, known, type Stream } from "../values.ts";
import { judgeSelection } from "../path_args.ts";
import { judgeCredentials, judgeRepository } from "./git_config.ts";
import { GIT_READS } from "./git_reads.ts";

/** Settings that `-c` may set: they change what is shown and nothing that runs. */
const PLAIN_SETTINGS =
  /^(?:color\.\w+(?:\.\w+)?|core\.(?:quotepath|abbrev|pager=cat$|pager=$)|core\.fsmonitor=(?:false|0)?$|core\.hooksPath=\/dev\/null$|diff\.(?:renames|algorithm|context|noprefix|mnemonicprefix|renamelimit|wserrorhighlight|colormoved)|log\.\w+|status\.\w+|column\.\w+|advice\.\w+|grep\.\w+|blame\.\w+|safe\.barerepository=explicit$|pager\.\w+=(?:false|cat)?$)(?:=|$)/i;

function settings(call: Call): void {
  for (const { value, flag } of call.given("-c", "--config-env")) {
    const text = value === undefined ? undefined : known(value);
    if (flag.name === "-c" && text !== undefined && PLAIN_SETTINGS.test(text)) continue;
    call.find(
      needsPerson(
        "configuration",
        `"git ${flag.name} ${value ? display(value) : ""}" may run code`,
      ),
      value,
    );
    if (value !== undefined) call.lookForDenials(value);
  }
  judgeRepository(call);
}

/** A git command that changes something: a person decides; what it would run is judged for denials. */
function change(role: Role = "approve", more: Partial<Table> = {}): Table {
  return {
    style: "none",
    always: { role, why: "" },
    whole: (call) => {
      const runs = new Set([
        "-x",
        "--exec",
        "--tree-filter",
        "--index-filter",
        "--msg-filter",
        "--env-filter",
        "--commit-filter",
        "--upload-pack",
        "-u",
        "--receive-pack",
        "--extcmd",
        "run",
        "foreach",
      ]);
      revisions(call);
      call.args.forEach((arg, index) => {
        const text = known(arg) ?? "";
        const value = call.args[index + 1];
        if (runs.has(text) && value !== undefined) tryWords(call, call.args.slice(index + 1));
        else if (/^--[\w-]+=/.test(text)) call.lookForDenials(arg);
        if (/^ext::/.test(text)) {
          call.find(needsPerson("executes", `"${text}" runs a program`), arg);
          call.lookForDenials(call.word(text.replace(/^ext::/, " "), arg));
        }
      });
    },
    ...more,
  };
}

function tryWords(call: Call, args: readonly Arg[]): void {
  call.session.recorder.onlyDenials(() => {
    if (args[0] !== undefined) call.script(args[0]);
    call.child(args);
  });
}

/** `git push`: forcing and deleting rewrite what others have. */
function push(call: Call): void {
  call.session.recorder.effect("net", "git push");
  for (const arg of call.args) {
    if (/^(?:-f|--force|--mirror|--delete|-d|--prune|\+.*|:.+)$/.test(known(arg) ?? "")) {
      call.find(
        needsPerson("destroys_history", `"git push ${display(arg)}" removes what others have`),
        arg,
      );
    }
  }
}

/** `git clean -f`, `git reset --hard`, …: what is not committed is gone. */
function discard(call: Call): void {
  if (call.args.some((arg) => /^-(?:-hard|-force|[a-z]*f[a-z]*)$/.test(known(arg) ?? ""))) {
    call.find(
      needsPerson("destroys_work", `"${call.path}" throws away work that is not committed`),
    );
  }
}

/** `git branch`: listing reads; a name makes, moves or deletes a branch. */
function branch(call: Call): void {
  formats(call);
  formats(call);
  const lists = call.given(
    "-l",
    "--list",
    "-a",
    "--all",
    "-r",
    "--remotes",
    "--contains",
    "--no-contains",
    "--merged",
    "--no-merged",
    "--points-at",
    "--show-current",
  ).length > 0;
  if (call.options.operands.length > 0 && !lists) {
    call.find(needsPerson("writes", '"git branch" with a name changes branches'));
  }
}

function tag(call: Call): void {
  formats(call);
  formats(call);
  const lists =
    call.given("-l", "--list", "--contains", "--points-at", "--merged", "-n", "-v", "--verify")
      .length > 0;
  if (call.options.operands.length > 0 && !lists) {
    call.find(needsPerson("writes", '"git tag" with a name makes a tag'));
  }
}

function remotes(call: Call): void {
  judgeCredentials(call);
}

/** `git config`: getting one value reads; a value may be a credential. */
function config(call: Call): void {
  const reads =
    call.given("--get", "--get-all", "--get-regexp", "-l", "--list", "--get-urlmatch").length > 0;
  judgeCredentials(call);
  if (call.options.operands.some((arg) => arg.many === true)) {
    call.find(needsPerson("writes", "A word may become a name and a value"));
  }
  const [first, ...rest] = call.options.operands;
  const word = known(first ?? call.word("")) ?? "";
  const modern = word === "get" || word === "list";
  if (
    !reads && !modern &&
    (rest.length > 0 || first === undefined ||
      /^(?:set|unset|edit|rename-section|remove-section)$/.test(word))
  ) {
    call.find(needsPerson("writes", '"git config" with a value changes settings'));
    for (const arg of rest) {
      call.lookForDenials(call.word((known(arg) ?? "").replace(/^!/, " "), arg));
    }
  }
  const names = call.options.operands.map(display).join(" ");
  if (/extraheader|password|token|credential|cookie|proxy|sslkey/i.test(names)) {
    call.find(refused("secret", `"git config ${names}" shows credentials`));
  }
}

/** Every operand may be `revision:path`, a path or a range; none of them may name a secret. */
export function revisions(call: Call): void {
  formats(call);
  for (const arg of call.options.operands) revision(call, arg);
}

function revision(call: Call, arg: Arg): void {
  const text = known(arg);
  if (text === undefined) {
    if (arg.pieces.some(({ kind }) => kind === "glob" || kind === "path")) call.file(arg, "read");
    return;
  }
  const path = text.replace(/^:(?:\([^)]*\)|[!^/]+)?/, "").replace(/^[^:]*:(?=.)/, "");
  for (const dir of call.state.dirs) {
    if (isSecretPath(resolvePath(dir, path)) && !/^:(?:\(exclude\)|[!^])/.test(text)) {
      call.find(refused("secret", `"${text}" may show keys, tokens or passwords`), arg);
    }
  }
  if (/[*?[]/.test(path) && !/^:(?:\(exclude\)|[!^])/.test(text)) {
    for (const finding of judgeSelection(path)) call.find(finding, arg);
  }
  if (/^(?:\/|~|\.\.\/)/.test(text)) call.file(arg, "stat");
}

const SIGNATURE = /%[+ -]?G|%\(\*?signature|^-?\*?signature/;

/** Placeholders that show signatures: git runs gpg for them. */
function formats(call: Call): void {
  for (const { value } of call.given("--format", "--pretty", "--sort")) {
    if (
      value !== undefined && (known(value) === undefined || SIGNATURE.test(known(value) ?? ""))
    ) {
      call.find(needsPerson("executes", "A format with a signature runs gpg"), value);
    }
  }
}

const reads = Object.fromEntries(
  Object.entries(GIT_READS).map((
    [name, table],
  ): [string, Table] => [name, { judge: revisions, ...table }]),
);

/** `git rev-parse --show-toplevel` is the repository. */
function revParse(call: Call): Stream {
  const only = call.args.length === 1 && call.given("--show-toplevel").length === 1;
  return only
    ? { kind: "text", text: `${call.session.context.repository}\n` }
    : { kind: "unknown" };
}

function listFiles(call: Call): Stream {
  const { operands, given } = call.options;
  const plain = new Set(
    "-c -d -m -o -i -z --cached --deleted --modified --others --ignored --exclude-standard --full-name"
      .split(" "),
  );
  if (!given.every(({ flag }) => plain.has(flag.name))) return { kind: "unknown" };
  const names = operands.map((arg) => display(arg).replace(/^.*\//, ""));
  return {
    kind: "paths",
    listing: {
      roots: ["."],
      names: operands.length > 0 && operands.every((arg) => known(arg)?.includes("*"))
        ? names
        : undefined,
      dash: operands.length === 0 || operands.some((arg) => known(arg)?.startsWith("*") !== false),
      hidden: true,
    },
  };
}

/** `git stash list` and `show` take revisions and paths as `git log` does. */
function stash(): Table {
  const { commands = {}, ...table } = GIT_READS["stash"] ?? {};
  const judged = Object.entries(commands).map(([name, command]) =>
    [name, { ...command, judge: revisions }] as const
  );
  return { ...table, commands: Object.fromEntries(judged) };
}

/** `git grep`: the pattern, then revisions and paths. */
function grep(call: Call): void {
  const named = call.given("-e", "-f").length > 0;
  const rest = named ? call.options.operands : call.options.operands.slice(1);
  for (const arg of rest) revision(call, arg);
}

/** `git diff --no-index` reads any files. */
function diff(call: Call): void {
  if (call.given("--no-index").length === 0) return revisions(call);
  for (const arg of call.options.operands) call.file(arg, "tree");
}

/** Git: reads with the settings that the executor sets; everything else needs a person. */
export const GIT: Tables = {
  git: {
    stop: true,
    style: "exact",
    flags: {
      none:
        "-P --no-pager --version --help -v -h --no-optional-locks --literal-pathspecs --glob-pathspecs " +
        "--noglob-pathspecs --icase-pathspecs --no-replace-objects --no-advice --no-lazy-fetch",
      text: "-c: --config-env: --list-cmds:",
      dir: "-C:",
      config:
        "--exec-path? --git-dir: --work-tree: --namespace: --super-prefix: --bare --attr-source:",
      exec: "-p --paginate",
    },
    operands: "text",
    judge: settings,
    commands: {
      ...reads,
      "remote": { ...reads["remote"], judge: remotes },
      "stash": stash(),
      "branch": { ...reads["branch"], judge: branch },
      "tag": { ...reads["tag"], judge: tag },
      "config": { ...reads["config"], judge: config },
      "grep": { ...reads["grep"], judge: grep, bulk: true },
      "diff": { ...reads["diff"], judge: diff },
      "merge-base": { ...reads["merge-base"], output: () => ({ kind: "word" }) },
      "describe": { ...reads["describe"], output: () => ({ kind: "word" }) },
      "rev-parse": { ...reads["rev-parse"], output: revParse },
      "ls-files": { ...reads["ls-files"], output: listFiles },
      ...Object.fromEntries(
        ("add am apply bundle checkout cherry-pick commit commit-tree difftool fast-import filter-branch gc " +
          "hash-object init merge mergetool mv notes pack-objects prune rebase replace restore revert rm " +
          "sparse-checkout switch update-index update-ref write-tree read-tree bisect archive format-patch " +
          "maintenance repack rerere instaweb daemon hook help gui citool")
          .split(" ").map((name) => [name, change()]),
      ),
      ...Object.fromEntries(
        "clone fetch pull ls-remote send-email request-pull svn p4 lfs upload-pack receive-pack remote-ext fetch-pack send-pack"
          .split(" ").map((name) => [name, change("net")]),
      ),
      submodule: change(),
      clean: change("approve", { judge: discard, whole: discard }),
      reset: change("approve", { whole: discard }),
      push: change("net", { whole: push }),
      credential: change("credentials"),
      "credential-store": change("credentials"),
      "credential-cache": change("credentials"),
    },
  },
};
