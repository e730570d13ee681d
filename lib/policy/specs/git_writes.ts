import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { Role, Table } from "../table.ts";
import { type Arg, display, known } from "../values.ts";
import { revisions } from "./git_revisions.ts";

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
        else if (/^--(?!message|author|date)[\w-]+=/.test(text)) call.lookForDenials(arg);
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

/** Git commands that change something, or talk to others. */
export const GIT_WRITES: Readonly<Record<string, Table>> = {
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
};
