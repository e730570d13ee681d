import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { FlagLists, Table } from "../table.ts";
import { display, known } from "../values.ts";

const COMMON: FlagLists = {
  none:
    "-q --quiet -h --help --no-check --check --check=all --no-lock --frozen --cached-only --no-remote --no-npm --no-config --no-prompt --unstable --node-modules-dir",
  text: "-L: --log-level: --seed: --unstable-kv --conditions: --ext:",
  config:
    "-c: --config: --import-map: --preload: --require: --env-file? --env? --location: --v8-flags? --cert: --lock? --inspect? --inspect-brk? --inspect-wait? --vendor?",
  net: "-r? --reload?",
};

function join(more: FlagLists): FlagLists {
  const joined: Record<string, string> = { ...COMMON };
  for (const [role, flags] of Object.entries(more)) joined[role] = `${joined[role] ?? ""} ${flags}`;
  return joined;
}

/** Files and directories; an address would be fetched. */
function sources(call: Call): void {
  for (const arg of call.options.operands) {
    if (/^(?:https?|npm|jsr|data|blob):/i.test(display(arg))) {
      call.role("net", undefined, arg, display(arg));
    } else call.file(arg, "tree");
  }
}

const checks = (more: FlagLists): Table => ({
  style: "exact",
  operands: "text",
  runner: true,
  flags: join(more),
  judge: sources,
});

/** Rights that a test may be given; running programs and native code stay inside the container all the same. */
const RIGHTS =
  "-A --allow-all -R? -W? -N? -E? -S? --allow-read? --allow-write? --allow-net? --allow-env? --allow-sys? --allow-hrtime --allow-import? --deny-read? --deny-write? --deny-net? --deny-env? --deny-run? --deny-ffi? --deny-sys? --allow-run? --allow-ffi? -P? --permission-set?";

/** The Deno command line: checks and tests of the repository. */
export const DENO: Table = {
  style: "exact",
  stop: true,
  runner: true,
  operands: "approve",
  flags: { none: "-V -v --version -h --help -q --quiet" },
  commands: {
    test: checks({
      none:
        `${RIGHTS} --no-run --trace-leaks --doc --fail-fast --parallel --permit-no-files --clean --hide-stacktraces`,
      text: "--filter: --ignore: --fail-fast? --shuffle? --reporter: --coverage-raw-data-only",
      write: "--junit-path: --coverage? --watch? --update-snapshots",
    }),
    check: checks({ none: "--all --doc --doc-only", net: "--remote" }),
    lint: checks({
      none: "--json --compact --rules --permit-no-files",
      text: "--rules-tags: --rules-include: --rules-exclude: --ignore:",
      write: "--fix --watch?",
    }),
    fmt: {
      ...checks({
        none:
          "--check --fail-fast --permit-no-files --use-tabs --single-quote --no-semicolons --unstable-component --unstable-sql",
        text:
          "--ignore: --indent-width: --line-width: --prose-wrap: --use-tabs? --single-quote? --no-semicolons?",
        write: "--watch?",
      }),
      judge: (call) => {
        sources(call);
        if (call.given("--check", "-h", "--help").length === 0) {
          call.find(needsPerson("writes", '"deno fmt" changes files'));
        }
      },
    },
    task: {
      style: "exact",
      stop: true,
      operands: "text",
      flags: {
        none: "-q --quiet -r --recursive",
        text: "-f: --filter:",
        config: "-c: --config: --eval -x",
        dir: "--cwd:",
      },
      judge: task,
    },
    info: { ...checks({ none: "--json --no-remote" }), operands: "text" },
    doc: checks({ none: "--json --private --lint", text: "--filter:", write: "--html --output:" }),
    types: { style: "exact", flags: {} },
    help: { style: "none", operands: "text" },
    ...Object.fromEntries(
      "bench run eval repl serve install i add remove rm uninstall upgrade cache compile bundle publish outdated update init create vendor jupyter lsp completions coverage deploy x clean approve-scripts audit sandbox transpile"
        .split(" ").map((name): [string, Table] => [name, {
          style: "none",
          operands: "text",
          always: {
            role: /^(?:install|i|add|cache|upgrade|outdated|update|publish)$/.test(name)
              ? "net"
              : "approve",
            why: "",
          },
          whole: (call) => {
            for (const arg of call.args) call.lookForDenials(arg);
          },
        }]),
    ),
  },
};

/** `deno task test` and its like run the repository's tests and checks. */
function task(call: Call): void {
  const name = known(call.options.operands[0] ?? call.word(""));
  if (call.options.operands.length === 0) return;
  if (name !== "test" && name !== "check" && name !== "lint") {
    call.find(needsPerson("executes", `The task "${name ?? "…"}" would be run`));
  }
  for (const arg of call.options.operands.slice(1)) {
    if (display(arg).startsWith("-")) call.extra(arg);
    else if (/[/~]/.test(display(arg)) || known(arg) === undefined) call.file(arg, "tree");
  }
}
