import type { Call } from "../call.ts";
import { needsPerson, refused } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { display, known, type Stream } from "../values.ts";
import { judgeCredentials, judgeRepository } from "./git_config.ts";
import { GIT_READS } from "./git_reads.ts";
import { formats, revision, revisions } from "./git_revisions.ts";
import { GIT_WRITES } from "./git_writes.ts";

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
      ...GIT_WRITES,
    },
  },
};
