import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { Table } from "../table.ts";
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
