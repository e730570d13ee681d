import type { Call } from "../call.ts";
import { resolvePath } from "../paths.ts";
import { needsPerson } from "../session.ts";
import type { FlagLists, Table, Tables } from "../table.ts";
import { display, known } from "../values.ts";
import { checker, HELP, refusedTo } from "./checks.ts";

const CARGO_FLAGS: FlagLists = {
  none:
    "-r --release --lib --bins --tests --benches --examples --all --workspace --all-targets --all-features --no-default-features --locked --offline --frozen --no-run --no-fail-fast --doc --keep-going --future-incompat-report --ignore-rust-version -vv --no-deps",
  text:
    "-p? --package? --exclude: --bin? --test? --bench? --example? -F: --features: -j: --jobs: --profile: --color: --message-format:",
  stat: "--manifest-path:",
  write:
    "--target-dir: --timings? --artifact-dir: --out-dir: --lockfile-path: --fix --allow-dirty --allow-staged --allow-no-vcs",
  config: "--config: -Z: -C: --target?",
};
/** A target that is a file may name a linker of its own. */
function cargoTarget(call: Call): void {
  for (const { value } of call.given("--target")) {
    if (value === undefined || /^\w+(?:-\w+)+$/.test(known(value) ?? "")) continue;
    call.find(needsPerson("configuration", `The target "${display(value)}" is a file`), value);
  }
}

/** What the test binary of cargo takes after `--`. */
const CARGO_CHECK = checker(CARGO_FLAGS, "text", { judge: cargoTarget });
const CARGO_TEST = checker(CARGO_FLAGS, "text", { judge: cargoTail });

function cargoTail(call: Call): void {
  cargoTarget(call);
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
    "-run: -count: -timeout: -tags: -p: -parallel: -cpu: -bench: -benchtime: -covermode: -coverpkg: -vet: -list: -skip: -shuffle: -fuzztime: -fuzzminimizetime: -buildvcs: -f:",
  write:
    "-c -o: -fuzz: -coverprofile: -cpuprofile: -memprofile: -blockprofile: -mutexprofile: -trace: -outputdir: -test.gocoverdir:",
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

/** The tools of Rust and Go. */
export const CARGO_GO: Tables = {
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
      check: CARGO_CHECK,
      c: CARGO_CHECK,
      clippy: CARGO_CHECK,
      nextest: refusedTo("approve"),
      fmt: {
        style: "exact",
        operands: "text",
        flags: {
          none: `${HELP} --all --check`,
          text: "-p? --package? --message-format:",
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
          "-p? -i: -e: --depth: --prefix: --charset: --format: --invert: --edges: --features: --target?",
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
      env: {
        style: "word",
        operands: "text",
        flags: { none: "-json -changed", write: "-w -u" },
        judge: (call) => {
          const plain =
            /^GO(?:PATH|ROOT|OS|ARCH|VERSION|MOD|BIN|CACHE|MODCACHE|EXE|HOSTOS|HOSTARCH)$/;
          const names = call.options.operands.map(known);
          if (names.length === 0 || !names.every((name) => plain.test(name ?? ""))) {
            call.role("env", undefined, call.span, "go env");
          }
        },
      },
      ...Object.fromEntries(
        "build run install get generate mod work fmt fix clean tool telemetry bug".split(" ")
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
  "golangci-lint": {
    style: "exact",
    runner: true,
    flags: { none: HELP },
    commands: {
      run: checker({
        none: "--fast --tests --no-config --allow-parallel-runners --new --print-issued-lines",
        text:
          "-E: -D: --enable: --disable: --timeout: --out-format: --max-issues-per-linter: --max-same-issues: --new-from-rev: -j: --concurrency: --build-tags:",
        write: "--fix --cpu-profile-path: --mem-profile-path: --trace-path: --output.text.path:",
        config: "-c: --config: --modules-download-mode:",
      }),
      linters: checker({}),
      version: checker({}),
    },
  },
  staticcheck: goCheck({
    flags: {
      none: "-tests -version -show-ignored -h -help",
      text: "-checks: -fail: -f: -go: -tags: -explain:",
      config: "-merge -matrix",
    },
  }),
};
