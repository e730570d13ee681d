import type { Call } from "../call.ts";
import { resolvePath } from "../paths.ts";
import { needsPerson } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { type Arg, display, known, type Stream, UNKNOWN_STREAM } from "../values.ts";
import { checker, HELP, refusedTo } from "./checks.ts";
import { DENO } from "./deno.ts";

/** A script of package.json; undefined when there is none or it cannot be read. */
function packageScript(call: Call, name: string): string | undefined {
  for (const dir of call.state.dirs) {
    const text = call.session.context.files.readText(resolvePath(dir, "package.json"), 500_000);
    if (text === undefined) continue;
    try {
      const script = (JSON.parse(text) as { scripts?: Record<string, unknown> }).scripts?.[name];
      if (typeof script === "string") return script;
    } catch {
      call.find(needsPerson("configuration", '"package.json" cannot be read'));
    }
  }
  return undefined;
}

/** Scripts that are tests by their name: `test`, `test:unit`, `test-e2e`. */
const TEST_SCRIPT = /^(?:t|tst|test(?:[:-][\w:.-]+)?)$/;

/** Flags of every common runner of tests that choose tests or say how to show them. */
const TEST_FLAG =
  /^(?:--(?:watch|watchAll|coverage)=false|--no-(?:watch|coverage|color|colors)|--(?:run|ci|bail|silent|verbose|runInBand|passWithNoTests|forceExit|detectOpenHandles|color|colors|onlyChanged)(?:=(?:true|false|\d+))?|-[ib]|--(?:testPathPatterns?|testNamePattern|testTimeout|maxWorkers|grep|timeout)=[\w ./:*?|()^$%-]*)$/;

/** Judges the scripts that a package manager would run; of a test only what is refused counts. */
function runScript(call: Call, name: string, rest: readonly Arg[]): void {
  const isTest = TEST_SCRIPT.test(name);
  const script = name === "t" || name === "tst" ? "test" : name;
  let understood = isTest;
  for (const part of [`pre${script}`, script, `post${script}`]) {
    const text = packageScript(call, part);
    if (text === undefined) continue;
    if (isTest) call.lookForDenials(call.word(` ${text}`));
    else {
      call.script(call.word(text));
      if (part === script) understood = true;
    }
  }
  if (!understood) call.find(needsPerson("executes", `The script "${name}" would be run`));
  for (const arg of rest) {
    if (isTest && TEST_FLAG.test(known(arg) ?? "")) continue;
    if (display(arg).startsWith("-") && known(arg) !== "--") call.extra(arg);
    else if (/[/~]/.test(display(arg)) || known(arg) === undefined) call.file(arg, "tree");
  }
}

/** Flags of package managers that change nothing that runs. */
const NPM_FLAGS =
  "-s -r --silent --if-present --no-color --color --recursive --quiet --verbose --parallel --stream --no-audit --no-fund";

function packageTest(call: Call): void {
  const at = call.args.findIndex((arg) => known(arg) === "--");
  runScript(call, "test", at < 0 ? call.options.operands : call.args.slice(at + 1));
}

function packageRun(call: Call): void {
  const [script, ...rest] = call.options.operands;
  if (script === undefined) return;
  runScript(call, known(script) ?? "", rest);
}

const manager: Table = {
  style: "exact",
  stop: true,
  runner: true,
  flags: {
    none: `${HELP} ${NPM_FLAGS}`,
    text: "--loglevel:",
    dir: "-C: --prefix: --dir: --cwd:",
    config:
      "--userconfig: --globalconfig: --script-shell: --node-options: --registry: --ignore-scripts:",
  },
  commands: {
    ...Object.fromEntries(["test", "t", "tst"].map((name): [string, Table] => [name, {
      style: "exact",
      operands: "text",
      flags: {
        none: `${NPM_FLAGS} --ci --bail --runInBand --passWithNoTests`,
        text:
          "--watchAll: --watch: --testPathPattern: --testPathPatterns: --testNamePattern: --maxWorkers: --testTimeout:",
        config: "-w: --workspace: --filter: --script-shell: --node-options: --prefix:",
      },
      judge: packageTest,
    }])),
    ...Object.fromEntries(["run", "run-script"].map((name): [string, Table] => [name, {
      style: "exact",
      operands: "text",
      stop: true,
      flags: {
        none: NPM_FLAGS,
        config: "-w: --workspace: --filter: --script-shell: --node-options: --prefix:",
      },
      judge: packageRun,
    }])),
    ...Object.fromEntries(
      ["ls", "list", "ll", "why", "explain", "root", "prefix", "bin"].map((
        name,
      ): [string, Table] => [name, {
        style: "exact",
        operands: "text",
        flags: {
          none:
            `${NPM_FLAGS} -a -g -l -p --all --json --long --parseable --global --prod --dev --only-projects`,
          text: "--depth: --omit: --include:",
        },
      }]),
    ),
    version: refusedTo("write"),
    ...Object.fromEntries(
      ("install i ci add remove rm uninstall update up upgrade publish unpublish audit outdated view info search init create link unlink pack prune dedupe rebuild login logout adduser whoami token owner access dist-tag config set get cache fund doctor ping import dlx exec x start stop restart build dev import global plugin set-version self-update")
        .split(" ").map((name): [string, Table] => [name, refusedTo("net")]),
    ),
  },
};

/** `npx name`: the repository's own program when it is installed, else it is fetched. */
function npx(call: Call): Stream {
  const at = call.args.findIndex((arg) => !/^--(?:no-install|no)$/.test(display(arg)));
  const name = known(call.args[at] ?? call.word("")) ?? "";
  const { files, repository } = call.session.context;
  const installed = /^[\w.-]+$/.test(name) && call.state.dirs.length > 0 &&
    [...call.state.dirs, repository].some((dir) =>
      files.kind(resolvePath(dir, `node_modules/.bin/${name}`)) !== undefined
    );
  if (!installed && at <= 0) {
    call.find(needsPerson("network", `"${call.name}" may fetch and run "${name}"`));
  }
  return at < 0 ? UNKNOWN_STREAM : call.child(call.args.slice(at));
}

/** `eslint -f name` loads a file or a package unless the name is one of its own. */
function formatter(call: Call): void {
  for (const { value } of call.given("-f", "--format")) {
    const name = value === undefined ? "" : known(value) ?? "";
    if (
      /^(?:stylish|json|json-with-metadata|html|compact|unix|checkstyle|junit|tap|visualstudio)$/
        .test(name)
    ) continue;
    call.find(needsPerson("configuration", `The formatter "${name}" would be loaded`), value);
  }
}

/** The tools of JavaScript and TypeScript. */
export const JAVASCRIPT: Tables = {
  deno: DENO,
  "npm pnpm yarn": manager,
  "npx pnpx bunx": { style: "none", whole: npx },
  tsc: {
    style: "word",
    runner: true,
    operands: "read",
    flags: {
      none:
        "-noEmit -pretty -strict -v -version -h -help -all -skipLibCheck -listFiles -listFilesOnly -showConfig -extendedDiagnostics -diagnostics -noErrorTruncation -allowJs -checkJs -esModuleInterop -traceResolution -explainFiles -resolveJsonModule -isolatedModules",
      text: "-target: -t: -module: -m: -lib: -moduleResolution: -jsx: -types: -locale:",
      read: "-p: -project:",
      write:
        "-outDir: -outFile: -declarationDir: -init -b -build -w -watch -incremental -tsBuildInfoFile: -generateTrace: -generateCpuProfile: -declaration -d",
    },
    judge: (call) => {
      for (const arg of call.options.operands) {
        if (/^(?:true|false|null)$/.test(display(arg))) {
          call.find(needsPerson("writes", `"${display(arg)}" turns a flag off`), arg);
        }
      }
      if (
        call.given("-noEmit", "-v", "-version", "-h", "-help", "-showConfig", "-listFilesOnly")
          .length === 0
      ) {
        call.find(needsPerson("writes", '"tsc" without "--noEmit" writes files'));
      }
    },
  },
  eslint: checker(
    {
      none:
        "--no-color --color --no-inline-config --report-unused-disable-directives --no-error-on-unmatched-pattern --exit-on-fatal-error --no-ignore --debug --print-config --pass-on-no-patterns --no-warn-ignored --stats",
      text:
        "-f: --format: --ext: --max-warnings: --rule: --env: --global: --ignore-pattern: --report-unused-disable-directives-severity: --stdin-filename: --cache-strategy:",
      write:
        "--fix --fix-dry-run --fix-type: -o: --output-file: --cache --cache-location: --cache-file: --init",
      config:
        "-c: --config: --no-config-lookup --no-eslintrc --rulesdir: --plugin: --parser: --parser-options: --resolve-plugins-relative-to: --flag: --ignore-path:",
    },
    "tree",
    { judge: formatter },
  ),
  prettier: {
    style: "exact",
    operands: "tree",
    runner: true,
    flags: {
      none:
        `${HELP} -c -l --check --list-different --no-color --no-config --no-editorconfig --ignore-unknown -u --no-error-on-unmatched-pattern`,
      text: "--parser: --tab-width: --print-width: --single-quote --log-level: --stdin-filepath:",
      write: "-w --write --cache --cache-location:",
      config:
        "--config: --plugin: --plugin-search-dir: --config-path: --ignore-path: --find-config-path:",
    },
  },
  "jest vitest mocha ava tap": {
    style: "exact",
    runner: true,
    operands: "text",
    flags: {
      none:
        `${HELP} -b -i -o --bail --ci --runInBand --passWithNoTests --no-coverage --silent --onlyChanged --no-cache --listTests --run --exit --recursive --forbid-only --detectOpenHandles --forceExit --no-color --color --colors --expand --logHeapUsage --findRelatedTests`,
      text:
        "-t: -g: -f: --testNamePattern: --testPathPattern: --testPathPatterns: --maxWorkers: -w: --shard: --grep: --fgrep: --timeout: --testTimeout: --retries: --bail? --selectProjects:",
      write:
        "--coverage -u --updateSnapshot --update --coverageDirectory: --outputFile: --json --watch --watchAll --cacheDirectory: --coverage.reportsDirectory: --outputFile:",
      config:
        "-c: --config: -r: --require: --import: --globalSetup: --reporters: --reporter: --setupFiles: --testEnvironment: --transform: --runner: --rootDir: --root: --dir: --package: --opts: --environment: --globals: --resolver: --loader: --node-option:",
    },
    judge: (call) => {
      const [first, ...rest] = call.options.operands;
      const runs = call.name === "vitest" && known(first ?? call.word("")) === "run";
      for (const arg of runs ? rest : call.options.operands) {
        if (/[/~]/.test(display(arg)) || known(arg) === undefined) call.file(arg, "tree");
      }
    },
  },
};
