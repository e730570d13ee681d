import { needsPerson } from "../session.ts";
import type { Tables } from "../table.ts";

const CHECK_FLAGS = "-q -v -h --quiet --verbose --help --version";
/** Checkers of Python code: their code and plugins are the repository's, like its tests. */
export const PYTHON_CHECKERS: Tables = {
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
      none: `-h --help --version --outputjson --stats --warnings --dependencies --skipunannotated`,
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
        `${CHECK_FLAGS} -c --check --check-only --diff --df --color --no-color --fast --safe -S --skip-string-normalization --preview -l --show-files --filter-files -r -d -C`,
      text:
        "--line-length: -t: --target-version: --exclude: --extend-exclude: --include: --profile: --required-version:",
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
};
