import type { Call } from "../call.ts";
import { resolvePath } from "../paths.ts";
import { needsPerson } from "../session.ts";
import type { FlagLists, Table, Tables } from "../table.ts";
import { type Arg, display, known, type Stream, UNKNOWN_STREAM } from "../values.ts";
import { DENO } from "./deno.ts";

const HELP = "--help --version -h -V -q -v --quiet --verbose";
const refusedTo = (role: "net" | "approve" | "write"): Table => ({
  style: "none",
  operands: "text",
  always: { role, why: "" },
  whole: tryTails,
});

/** What a build tool is given may itself be a command. */
export function tryTails(call: Call): void {
  for (const [index, arg] of call.args.entries()) {
    call.lookForDenials(arg);
    if (known(arg) === "--") {
      call.session.recorder.onlyDenials(() => call.child(call.args.slice(index + 1)));
    }
  }
}

const checker = (
  flags: FlagLists,
  operands: Table["operands"] = "text",
  more: Partial<Table> = {},
): Table => ({
  style: "exact",
  operands,
  runner: true,
  ...more,
  flags: { ...flags, none: `${HELP} ${flags.none ?? ""}` },
});

const CARGO_FLAGS: FlagLists = {
  none:
    "-r --release --lib --bins --tests --benches --examples --all --workspace --all-targets --all-features --no-default-features --locked --offline --frozen --no-run --no-fail-fast --doc --keep-going --future-incompat-report --ignore-rust-version -vv --no-deps",
  text:
    "-p: --package: --exclude: --bin: --test: --bench: --example: -F: --features: -j: --jobs: --profile: --color: --message-format: --target:",
  stat: "--manifest-path:",
  write:
    "--target-dir: --timings? --artifact-dir: --out-dir: --lockfile-path: --fix --allow-dirty --allow-staged --allow-no-vcs",
  config: "--config: -Z: -C:",
};
/** What the test binary of cargo takes after `--`. */
const CARGO_TEST = checker(CARGO_FLAGS, "text", { judge: cargoTail });

function cargoTail(call: Call): void {
  const at = call.args.findIndex((arg) => known(arg) === "--");
  for (const arg of at < 0 ? [] : call.args.slice(at + 1)) {
    if (/^--?(?:logfile|Z)/.test(display(arg))) {
      call.find(needsPerson("writes", `"${display(arg)}" writes a file`), arg);
    }
  }
}

const GO_FLAGS: FlagLists = {
  none:
    "-v -x -n -a -race -msan -asan -cover -short -failfast -json -i -trimpath -benchmem -fullpath -work -h -help --help -e -m",
  text:
    "-run: -count: -timeout: -tags: -p: -parallel: -cpu: -bench: -benchtime: -covermode: -coverpkg: -vet: -list: -skip: -shuffle: -fuzz: -fuzztime: -fuzzminimizetime: -buildvcs: -f:",
  write:
    "-c -o: -coverprofile: -cpuprofile: -memprofile: -blockprofile: -mutexprofile: -trace: -outputdir: -test.gocoverdir:",
  exec: "-exec: -toolexec: -vettool:",
  config:
    "-gcflags: -ldflags: -asmflags: -gccgoflags: -compiler: -overlay: -modfile: -modcacherw -mod: -pkgdir: -pgo: -args -C: -installsuffix:",
};
const goCheck = (more: Partial<Table> = {}): Table => ({
  style: "word",
  operands: "text",
  runner: true,
  flags: GO_FLAGS,
  judge: (call) => {
    for (const arg of call.options.operands) {
      const text = display(arg);
      if (/^(?:\/|~|\.\.)/.test(text)) {
        call.file(call.word(text.replace(/\/\.\.\.$/, ""), arg), "tree");
      }
      const own = modulesOf(call).some((module) =>
        text === module || text.startsWith(`${module}/`)
      );
      if (/@|^[\w-]+(?:\.[\w-]+)+(?:\/|$)/.test(text) && !own) {
        call.role("net", undefined, arg, text);
      }
    }
  },
  ...more,
});

/** The names of the Go modules that the command may be in. */
function modulesOf(call: Call): string[] {
  return call.state.dirs.flatMap((dir) => {
    const text = call.session.context.files.readText(resolvePath(dir, "go.mod"), 500_000) ?? "";
    return /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? [];
  });
}

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

/** Judges the scripts that a package manager would run; of a test only what is refused counts. */
function runScript(call: Call, name: string, rest: readonly Arg[]): void {
  const isTest = /^t(?:est)?$/.test(name);
  let understood = isTest;
  for (
    const part of isTest ? ["pretest", "test", "posttest"] : [`pre${name}`, name, `post${name}`]
  ) {
    const script = packageScript(call, part);
    if (script === undefined) continue;
    if (isTest) call.lookForDenials(call.word(` ${script}`));
    else {
      call.script(call.word(script));
      if (part === name) understood = true;
    }
  }
  if (!understood) call.find(needsPerson("executes", `The script "${name}" would be run`));
  for (const arg of rest) {
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
        none: NPM_FLAGS,
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

/** Tools that build, test and check projects. */
export const PROJECT: Tables = {
  deno: DENO,
  "npm pnpm yarn": manager,
  "npx pnpx bunx": { style: "none", whole: npx },
  "corepack nvm fnm volta asdf mise rustup pyenv rbenv conda mamba micromamba": refusedTo("net"),
  "apt apt-get aptitude dpkg apk yum dnf pacman brew snap flatpak zypper port nix nix-env gem bundle bundler composer cpan cpanm luarocks opam stack cabal pipx easy_install dotnet nuget":
    refusedTo("net"),
  "make gmake just task rake invoke fab ninja meson bazel buck scons cmake ctest mvn gradle ./gradlew ant sbt lein mix rebar3 waf autoconf configure":
    { ...refusedTo("approve"), whole: makeLike },
  cargo: {
    style: "exact",
    flags: {
      none: `${HELP} -vv --list --offline --locked --frozen`,
      config: "--config: -Z: -C:",
      text: "--color: --explain:",
    },
    runner: true,
    operands: "text",
    commands: {
      test: CARGO_TEST,
      t: CARGO_TEST,
      check: checker(CARGO_FLAGS, "text"),
      c: checker(CARGO_FLAGS, "text"),
      clippy: checker(CARGO_FLAGS, "text"),
      nextest: refusedTo("approve"),
      fmt: {
        style: "exact",
        operands: "text",
        flags: {
          none: `${HELP} --all --check`,
          text: "-p: --package: --message-format:",
          stat: "--manifest-path:",
        },
        judge: (call) => {
          if (!call.args.some((arg) => known(arg) === "--check")) {
            call.find(needsPerson("writes", '"cargo fmt" changes files'));
          }
        },
      },
      tree: checker({
        none:
          "--workspace --all-features --no-default-features -d --duplicates --no-dedupe --offline --locked --frozen",
        text:
          "-p: -i: -e: --depth: --prefix: --charset: --format: --invert: --edges: --features: --target:",
      }),
      metadata: checker({
        none: "--no-deps --offline --locked --frozen --all-features --no-default-features",
        text: "--format-version: --features: --filter-platform:",
        stat: "--manifest-path:",
      }),
      "locate-project": checker({ none: "--workspace", text: "--message-format:" }),
      pkgid: checker({}),
      "read-manifest": checker({}),
      "verify-project": checker({}),
      version: checker({}),
      ...Object.fromEntries(
        "build b run r doc d bench install uninstall update publish add remove rm new init clean fix vendor fetch generate-lockfile login logout owner yank search package rustc rustdoc miri udeps audit expand watch llvm-cov"
          .split(" ").map((name): [string, Table] => [name, refusedTo("approve")]),
      ),
    },
  },
  go: {
    style: "word",
    runner: true,
    stop: true,
    flags: { none: "-h -help --help", dir: "-C:" },
    commands: {
      test: goCheck(),
      vet: goCheck(),
      list: goCheck({
        flags: {
          ...GO_FLAGS,
          none: `${GO_FLAGS.none} -deps -test -export -find -compiled -retracted -versions`,
        },
      }),
      version: { style: "word", operands: "stat", flags: { none: "-m -v" } },
      doc: { style: "word", operands: "text", flags: { none: "-all -c -cmd -short -src -u" } },
      help: { style: "none", operands: "text" },
      ...Object.fromEntries(
        "build run install get generate mod work fmt fix clean env tool telemetry bug".split(" ")
          .map((
            name,
          ): [string, Table] => [
            name,
            refusedTo(/^(?:install|get|mod|run)$/.test(name) ? "net" : "approve"),
          ]),
      ),
    },
  },
  gofmt: {
    style: "word",
    operands: "read",
    flags: { none: "-d -e -l -s", text: "-r:", write: "-w -cpuprofile:" },
  },
  "rustc": {
    style: "exact",
    operands: "approve",
    flags: { none: "--version -V -vV --help -h", text: "--print: --explain:" },
  },
  rustfmt: {
    style: "exact",
    operands: "read",
    flags: {
      none: `${HELP} --check`,
      text: "--edition: --color:",
      config: "--config: --config-path:",
      write: "--backup --emit:",
    },
    judge: (call) => {
      if (call.given("--check", "--version", "-V", "--help", "-h").length === 0) {
        call.find(needsPerson("writes", '"rustfmt" changes files'));
      }
    },
  },
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
  eslint: checker({
    none:
      "--no-color --color --no-inline-config --report-unused-disable-directives --no-error-on-unmatched-pattern --exit-on-fatal-error --no-ignore --debug --print-config --pass-on-no-patterns --no-warn-ignored --stats",
    text:
      "--ext: --max-warnings: --rule: --env: --global: --ignore-pattern: --report-unused-disable-directives-severity: --stdin-filename: --cache-strategy:",
    write:
      "--fix --fix-dry-run --fix-type: -o: --output-file: --cache --cache-location: --cache-file: --init",
    config:
      "-c: --config: --no-config-lookup --no-eslintrc --rulesdir: --plugin: --parser: --parser-options: --resolve-plugins-relative-to: -f: --format: --flag: --ignore-path:",
  }, "tree"),
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
  "shellcheck hadolint yamllint markdownlint actionlint": {
    style: "exact",
    operands: "read",
    flags: {
      none: `${HELP} -a -C -x -s --strict --no-warnings`,
      text: "-e: -f: -S: -o: --exclude: --format: --severity: --shell:",
      config: "-c: --config: --rcfile: -d: -P:",
      write: "--fix -i",
    },
  },
  "cloc tokei scc sloccount": {
    style: "exact",
    operands: "stat",
    here: true,
    flags: {
      none: `${HELP} --by-file --json --csv --vcs=git -f --files`,
      text: "--exclude-dir: --include-lang: -e: -t: -s: --sort: --exclude:",
    },
  },
};

/** Build tools run what their files say; words on the command line are tried as commands. */
function makeLike(call: Call): void {
  const texts = call.args.map(known);
  call.args.forEach((arg, index) => {
    const text = texts[index] ?? "";
    const value = /^[\w.]+[:+?]?=([\s\S]*)$/.exec(text)?.[1] ??
      /^--eval=([\s\S]*)$/.exec(text)?.[1];
    if (value !== undefined) {
      call.lookForDenials(
        call.word(` ${value.replaceAll(/\$\((?:shell )?([^)]*)\)/g, "$1")}`, arg),
      );
    }
    if (text === "--eval" || text === "-c") {
      const next = texts[index + 1];
      if (next !== undefined) {
        call.lookForDenials(call.word(` ${next.replaceAll(/\$\(shell ([^)]*)\)/g, "$1")}`, arg));
      }
    }
    if (texts[index - 1] === "-E" || text === "-E") {
      const next = texts[index + 1];
      if (next !== undefined) {
        call.session.recorder.onlyDenials(() => call.child(call.args.slice(index + 1)));
      }
    }
  });
}
