import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { known } from "../values.ts";
import { PYTEST } from "./pytest.ts";

/** Flags of every pip command. */
const PIP_FLAGS =
  "-q -v -h -V --quiet --verbose --help --version --disable-pip-version-check --no-color --isolated --no-input";
const pipRead = (flags = "", text = ""): Table => ({
  style: "exact",
  operands: "text",
  flags: {
    none: `${PIP_FLAGS} ${flags}`,
    text,
    config: "--python:",
    net: "-i: --index-url: --extra-index-url: --proxy:",
    write: "--log: --cache-dir:",
  },
});

/** pip: what is installed may be shown; installing runs code from the network. */
export const PIP: Table = {
  style: "exact",
  flags: { none: PIP_FLAGS, config: "--python:", write: "--log: --cache-dir:", net: "--proxy:" },
  stop: true,
  commands: {
    list: pipRead(
      "-e -l --editable --local --user --not-required --pre --include-editable --exclude-editable",
      "--format: --exclude:",
    ),
    show: pipRead("-f --files"),
    freeze: pipRead("-l --local --user --all --exclude-editable", "--exclude:"),
    check: pipRead(),
    inspect: pipRead("--local --user"),
    help: pipRead(),
    debug: pipRead(),
    ...Object.fromEntries(
      "install uninstall download wheel index search cache config hash lock".split(" ")
        .map((name): [string, Table] => [name, {
          style: "none",
          operands: "text",
          always: {
            role: name === "uninstall" || name === "config" || name === "cache" || name === "hash"
              ? "write"
              : "net",
            why: "",
          },
        }]),
    ),
  },
};

/** Environments and packages of Python. */
export const PYTHON_TOOLS: Tables = {
  "pytest py.test": PYTEST,
  "pip pip3": PIP,
  coverage: {
    style: "exact",
    runner: true,
    flags: { none: "--version --help -h" },
    commands: {
      report: {
        style: "exact",
        operands: "text",
        flags: {
          none: "-m -i --show-missing --skip-covered --skip-empty --no-skip-covered",
          text: "--include: --omit: --fail-under: --precision: --sort: --format:",
          config: "--rcfile:",
          read: "--data-file:",
        },
      },
      run: {
        style: "exact",
        stop: true,
        operands: "text",
        flags: {
          none: "--branch -p --parallel-mode --timid -q",
          text: "--source: --include: --omit: --context: --concurrency:",
          write: "-a --append --data-file:",
          config: "--rcfile: --debug:",
          approve: "-m --module",
        },
        judge: (call) => {
          const module = known(call.options.operands[0] ?? call.word(""));
          if (module === undefined) return;
          call.find(needsPerson("executes", "A program would be run"));
        },
      },
    },
  },
  "tox nox": {
    style: "exact",
    operands: "approve",
    flags: { none: "--version -h --help -l --list --listenvs" },
    judge: (call) => {
      if (call.options.given.length === 0) {
        call.find(needsPerson("network", `"${call.name}" installs packages`));
      }
    },
  },
  "poetry pipenv pdm hatch rye": {
    stop: true,
    style: "exact",
    flags: {
      none: "--version --help -q -v -n --no-ansi --no-interaction",
      config: "-C: --directory: --project: -P:",
    },
    commands: {
      run: { style: "none", whole: (call) => call.child(call.args) },
      show: {
        style: "exact",
        operands: "text",
        flags: { none: "-t --tree -l --latest -o --outdated --top-level -a --all" },
      },
      check: { style: "exact", flags: { none: "--lock --strict" } },
      ...Object.fromEntries(
        "install add remove update lock publish build init new sync shell env config cache self source upgrade"
          .split(" ").map((
            name,
          ): [string, Table] => [name, {
            style: "none",
            operands: "text",
            always: { role: "net", why: "" },
          }]),
      ),
    },
  },
  uv: {
    stop: true,
    style: "exact",
    flags: {
      none: "--version -V --help -h -q -v --quiet --verbose --offline --no-progress",
      config: "--directory: --project: --config-file:",
      write: "--cache-dir:",
    },
    commands: {
      run: { style: "none", whole: uvRun },
      tree: {
        style: "exact",
        flags: { none: "--offline --frozen --locked --outdated --no-dev" },
        always: { role: "net", why: "" },
      },
      version: { style: "none", operands: "text" },
      pip: {
        style: "exact",
        flags: {},
        commands: {
          list: pipRead("--outdated --strict"),
          show: pipRead(),
          freeze: pipRead("--strict"),
          check: pipRead(),
          tree: pipRead(),
        },
      },
      ...Object.fromEntries(
        "add remove sync lock export tool python venv build publish cache self init".split(" ").map(
          (
            name,
          ): [string, Table] => [name, {
            style: "none",
            operands: "text",
            always: { role: "net", why: "" },
          }],
        ),
      ),
    },
  },
};

/** `uv run` fetches what is missing unless it is told not to. */
function uvRun(call: Call) {
  let at = 0;
  let stays = false;
  for (; at < call.args.length; at++) {
    const text = known(call.args[at] ?? call.word("")) ?? "";
    if (/^--(?:offline|no-sync)$/.test(text)) stays = true;
    else if (!/^(?:--(?:frozen|locked|quiet|verbose|no-progress|active)|-q|-v)$/.test(text)) break;
  }
  if (!stays) {
    call.find(needsPerson("network", '"uv run" may install packages; add --offline or --no-sync'));
  }
  return call.child(call.args.slice(at));
}
