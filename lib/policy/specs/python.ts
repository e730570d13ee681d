import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { display, known } from "../values.ts";

/** Warnings that `-W` may name: a class of a module would be imported. */
const PLAIN_WARNING =
  /^(?:error|ignore|always|default|module|once|all)?(?::[^:]*(?::(?:\w*Warning)?)?)?$/;

/** `pytest -p no:x` leaves a plugin out; every other plugin is code. */
function pytest(call: Call): void {
  for (const { value } of call.given("-p")) {
    const text = value === undefined ? undefined : known(value);
    if (text === undefined || !/^no:[\w.-]+$/.test(text)) {
      call.find(
        needsPerson("configuration", `The plugin "${value ? display(value) : ""}" would be loaded`),
        value,
      );
    }
  }
  for (const { value } of call.given("-W", "--pythonwarnings")) {
    if (value === undefined || !PLAIN_WARNING.test(known(value) ?? "!")) {
      call.find(needsPerson("configuration", "A warning class would be imported"), value);
    }
  }
  for (const { value } of call.given("--cov-report")) {
    const text = value === undefined ? undefined : known(value);
    if (!/^(?:term|term-missing)(?::skip-covered)?$|^$/.test(text ?? "!")) {
      call.find(needsPerson("writes", "A report would be written"), value);
    }
  }
  for (const arg of call.options.operands) {
    const text = known(arg);
    const cut = text?.indexOf("::") ?? -1;
    call.file(cut < 0 || text === undefined ? arg : call.word(text.slice(0, cut), arg), "tree");
  }
}

/** pytest: the repository's tests run; what would load other code or write elsewhere needs a person. */
export const PYTEST: Table = {
  runner: true,
  operands: "text",
  flags: {
    none:
      "-q -v -vv -vvv -x -s -l -h -V --quiet --verbose --exitfirst --showlocals --no-showlocals --lf --last-failed --ff --failed-first " +
      "--nf --new-first --sw --stepwise --sw-skip --stepwise-skip --co --collect-only --fixtures --funcargs " +
      "--fixtures-per-test --markers --strict --strict-markers --strict-config --no-header --no-summary " +
      "--disable-warnings --disable-pytest-warnings --full-trace --version --help --cache-clear " +
      "--runxfail --no-cov --no-cov-on-fail --cov-branch --setup-show --setup-only --setup-plan --noconftest " +
      "--doctest-modules --doctest-ignore-import-errors --doctest-continue-on-failure --keep-duplicates --continue-on-collection-errors " +
      "--trace-config --forked --boxed --benchmark-skip --benchmark-disable",
    text:
      "-k: -m: -r: -n: --tb: --maxfail: --durations: --durations-min: --color: --capture: --verbosity: --show-capture: " +
      "--import-mode: --last-failed-no-failures: --lfnf: --cache-show? --deselect: --timeout: --timeout-method: " +
      "--numprocesses: --dist: --maxprocesses: --reruns: --reruns-delay: --cov? --cov-fail-under: --cov-report: " +
      "--cov-context: --assert: --code-highlight: --doctest-glob: --doctest-report: --randomly-seed: -p: -W: --pythonwarnings: --seed: --count: --force-sugar --hypothesis-seed: --hypothesis-show-statistics " +
      "--asyncio-mode: --count: --xfail-tb",
    stat: "--ignore: --ignore-glob: --confcutdir:",
    write:
      "--junitxml: --junit-xml: --junit-prefix: --basetemp: --resultlog: --log-file: --report-log: --html: --debug? --cov-append --benchmark-save: --benchmark-json: --snapshot-update --force-regen",
    config:
      "-c: --config-file: --rootdir: -o: --override-ini: --cov-config: --log-file-mode: --pyargs --pastebin: --log-cli-level: --log-level: --log-format: --tx: --rsyncdir: --inifile: -f --looponfail",
    approve: "--pdb --trace --pdbcls: --stepwise-reset --collect-only-to: --import:",
  },
  judge: pytest,
};

/** unittest: modules and files of the repository. */
export const UNITTEST: Table = {
  operands: "text",
  runner: true,
  flags: {
    none: "-v -q -f -b -c -h --verbose --quiet --failfast --buffer --catch --locals --help",
    text: "-k: -p: --pattern: --durations:",
    stat: "-s: --start-directory: -t: --top-level-directory:",
  },
  judge: (call) => {
    for (const arg of call.options.operands) {
      if (/[/~]/.test(display(arg)) || known(arg) === undefined) call.file(arg, "tree");
    }
  },
};

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

const CHECK_FLAGS = "-q -v -h --quiet --verbose --help --version";

/** Checkers and environments of Python. */
export const PYTHON_TOOLS: Tables = {
  "pytest py.test": PYTEST,
  "pip pip3": PIP,
  ruff: {
    style: "exact",
    runner: true,
    flags: { none: `${CHECK_FLAGS} -V`, config: "--config: --isolated" },
    commands: {
      check: {
        style: "exact",
        operands: "tree",
        flags: {
          none:
            `${CHECK_FLAGS} -s -e -n --no-fix --no-cache --statistics --show-files --show-settings --exit-zero --diff --preview --no-preview ` +
            "--silent --respect-gitignore --no-respect-gitignore --force-exclude --no-unsafe-fixes --show-fixes",
          text:
            "--select: --ignore: --extend-select: --extend-ignore: --per-file-ignores: --exclude: --extend-exclude: " +
            "--output-format: --line-length: --target-version: --fixable: --unfixable: --stdin-filename: --color:",
          write:
            "--fix --fix-only --unsafe-fixes --add-noqa -o: --output-file: --cache-dir: -w --watch",
          config: "--config: --isolated --extension:",
        },
      },
      format: {
        style: "exact",
        operands: "tree",
        flags: {
          none: `${CHECK_FLAGS} --check --diff --no-cache --preview`,
          text: "--line-length: --target-version: --exclude: --stdin-filename: --range:",
          write: "--cache-dir:",
          config: "--config: --isolated",
        },
        judge: (call) => {
          if (call.given("--check", "--diff").length === 0) {
            call.find(needsPerson("writes", '"ruff format" changes files'));
          }
        },
      },
      rule: { style: "none", operands: "text" },
      version: { style: "none", operands: "text" },
      linter: { style: "none", operands: "text" },
    },
  },
  mypy: {
    style: "exact",
    runner: true,
    operands: "tree",
    flags: {
      none:
        `${CHECK_FLAGS} -V --strict --ignore-missing-imports --no-incremental --show-error-codes --hide-error-codes --pretty --no-pretty ` +
        "--no-error-summary --show-column-numbers --show-error-context --check-untyped-defs --disallow-untyped-defs --disallow-incomplete-defs " +
        "--disallow-any-generics --disallow-untyped-calls --namespace-packages --explicit-package-bases --warn-unused-ignores --warn-return-any " +
        "--warn-unreachable --warn-redundant-casts --warn-unused-configs --strict-equality --implicit-optional --no-implicit-optional --no-color-output --scripts-are-modules " +
        "--skip-cache-mtime-checks --no-implicit-reexport --extra-checks --color-output --no-site-packages --allow-untyped-globals --show-absolute-path",
      text:
        "-m: -p: --module: --package: --python-version: --platform: --follow-imports: --exclude: --enable-error-code: --disable-error-code: --output: -O: --untyped-calls-exclude:",
      write:
        "--cache-dir: --junit-xml: --html-report: --txt-report: --xml-report: --cobertura-xml-report: --linecount-report: --any-exprs-report: --lineprecision-report: --linecoverage-report: --xslt-html-report: --xslt-txt-report: --cache-fine-grained --sqlite-cache",
      exec: "--python-executable:",
      net: "--install-types --non-interactive",
      config:
        "--config-file: --custom-typeshed-dir: --custom-typing-module: --shadow-file: --command: -c: --pdb --plugin:",
    },
  },
  pyright: {
    style: "exact",
    runner: true,
    operands: "tree",
    flags: {
      none: `${CHECK_FLAGS} --outputjson --stats --warnings --dependencies --skipunannotated`,
      text: "--level: --pythonversion: --pythonplatform:",
      config: "-p: --project: --pythonpath: --typeshedpath: --venvpath: -v:",
      write: "-w --watch --createstub:",
    },
  },
  "black isort autopep8 yapf": {
    style: "exact",
    operands: "tree",
    runner: true,
    flags: {
      none:
        `${CHECK_FLAGS} -c --check --check-only --diff --df --color --no-color --fast --safe -S --skip-string-normalization --preview -l --show-files --filter-files -r -d`,
      text:
        "--line-length: -t: --target-version: --exclude: --extend-exclude: --include: --profile: --required-version: -C:",
      write: "-i --in-place -w -W: --workers:",
      config: "--config: --settings-path: --sp: --code: --settings-file:",
    },
    judge: (call) => {
      if (
        call.given(
          "--check",
          "--check-only",
          "--diff",
          "-c",
          "-d",
          "--df",
          "--version",
          "--help",
          "-h",
        ).length === 0
      ) {
        call.find(needsPerson("writes", `"${call.name}" changes files`));
      }
      if (call.name === "black" && call.given("-c").length > 0) {
        call.find(needsPerson("configuration", '"black -c" takes code'));
      }
    },
  },
  "flake8 pylint pyflakes pycodestyle bandit pydocstyle vulture": {
    style: "exact",
    operands: "tree",
    runner: true,
    flags: {
      none:
        `${CHECK_FLAGS} -r -ll -lll -f --count --statistics --show-source --benchmark --errors-only -E --reports --recursive`,
      text:
        "--select: --ignore: --extend-ignore: --max-line-length: --max-complexity: --exclude: --format: --per-file-ignores: --disable: --enable: -d: -e: -j: --jobs: --output-format: --score: --fail-under: --msg-template: --min-confidence:",
      write: "--output-file: -o: --tee --output:",
      config:
        "--config: --append-config: --rcfile: --load-plugins: --init-hook: --enable-extensions: --isolated --ignore-paths: -c:",
    },
  },
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
