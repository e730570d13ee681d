import type { Call } from "../call.ts";
import { judgeEnvironment, judgeVariableRead } from "../environment.ts";
import { needsPerson, refused } from "../session.ts";
import type { FlagLists, Table, Tables } from "../table.ts";
import {
  type Arg,
  dropPrefix,
  known,
  prefixOf,
  type Stream,
  streamPieces,
  UNKNOWN_STREAM,
} from "../values.ts";
import { joinWords } from "./shells.ts";

const HELP = "--help --version ";
/** Words of the input that are judged one by one. */
const MAX_WORDS = 64;

/** A program that runs the words after its flags and its first `skip` operands. */
function wrapper(flags: FlagLists, skip = 0, more: Partial<Table> = {}): Table {
  return {
    stop: true,
    operands: "text",
    ...more,
    flags: { ...flags, none: `${HELP}${flags.none ?? ""}` },
    output: (call) => call.child(call.options.operands.slice(skip)),
  };
}

/** `env`: assignments, then a command; alone it shows the environment. */
function env(call: Call): Stream {
  const [split] = call.given("-S", "--split-string");
  const { operands } = call.options;
  if (split?.value !== undefined) return call.script(joinWords([split.value, ...operands]));
  const at = operands.findIndex((arg) => !/^[A-Za-z_]\w*=/.test(prefixOf(arg)));
  const assignments = at < 0 ? operands : operands.slice(0, at);
  for (const arg of assignments) {
    const text = prefixOf(arg);
    const name = text.slice(0, text.indexOf("="));
    const finding = judgeEnvironment(name, known(dropPrefix(arg, name.length + 1)));
    if (finding !== undefined) call.find(finding, arg);
    call.session.recorder.effect("env", name);
  }
  if (at >= 0) return call.child(operands.slice(at));
  if (call.given("--help", "--version").length === 0) {
    call.find(needsPerson("environment", "The environment would be shown"));
  }
  return UNKNOWN_STREAM;
}

/** The words that `xargs` adds, as far as its input is known. */
function inputWords(call: Call): readonly Arg[] {
  const { stdin, span } = call;
  const unknown: Arg = { pieces: [{ kind: "unknown", why: "input" }], ...span, many: true };
  switch (stdin.kind) {
    case "text": {
      const odd = call.given("-0", "--null", "-d", "--delimiter", "-a", "--arg-file").length > 0 ||
        /["'\\]/.test(stdin.text);
      const words = stdin.text.split(/\s+/).filter((word) => word !== "");
      return odd || words.length > MAX_WORDS ? [unknown] : words.map((word) => call.word(word));
    }
    case "numbers":
    case "word":
      return [{ pieces: streamPieces(stdin, "input"), ...span, many: true }];
    case "paths":
      return [{ pieces: [{ kind: "path", listing: stdin.listing }], ...span, many: true }];
    case "unknown":
      return [
        stdin.taint === undefined
          ? unknown
          : { ...unknown, pieces: [{ kind: "unknown", why: "input", taint: stdin.taint }] },
      ];
  }
}

/** The word with every `mark` in it replaced by what `value` is. */
export function replaceMark(arg: Arg, mark: string, value: Arg): Arg {
  if (mark === "") return arg;
  const pieces = arg.pieces.flatMap((piece) => {
    if (piece.kind !== "text" || !piece.text.includes(mark)) return [piece];
    return piece.text.split(mark).flatMap((stretch, index) => [
      ...(index > 0 ? value.pieces : []),
      ...(stretch === "" ? [] : [{ ...piece, text: stretch }]),
    ]);
  });
  return { ...arg, pieces };
}

/** `xargs`: the command gets words from the input, at its end or in place of a mark. */
function xargs(call: Call): Stream {
  const command = call.options.operands.length > 0 ? call.options.operands : [call.word("echo")];
  const [replace] = call.given("-I", "-i", "--replace");
  const words = inputWords(call);
  if (replace === undefined) return call.child([...command, ...words], undefined, UNKNOWN_STREAM);
  const mark = replace.value === undefined ? "{}" : known(replace.value) ?? "{}";
  for (const word of words) {
    call.child(command.map((arg) => replaceMark(arg, mark, word)), undefined, UNKNOWN_STREAM);
  }
  return UNKNOWN_STREAM;
}

/** `flock file command` and `flock file -c script`. */
function flock(call: Call): Stream {
  const [, ...rest] = call.options.operands;
  if (known(rest[0] ?? call.word("")) === "-c" && rest[1] !== undefined) {
    return call.script(rest[1]);
  }
  return call.child(rest);
}

/** A program that runs its words as the script of a shell, with more than we work out. */
function joined(call: Call): Stream {
  call.find(
    needsPerson("executes", `"${call.name}" runs commands in ways that are not worked out`),
  );
  const script = joinWords(
    call.options.operands.filter((arg) => !/^:{3,4}\+?$/.test(known(arg) ?? "")),
  );
  if (known(script) !== "" && script.pieces.length > 0) call.script(script);
  if (call.stdin.kind === "unknown" && call.stdin.taint !== undefined) {
    call.find(refused("download_and_run", "What was downloaded or decoded would be run"));
  }
  return UNKNOWN_STREAM;
}

/** Takes the rights of another user: refused, and what it runs is judged too. */
function privilege(flags: FlagLists, skip = 0): Table {
  return {
    ...wrapper(flags, skip),
    always: { role: "privilege", why: "" },
  };
}

/** Programs that run another command. */
export const WRAPPERS: Tables = {
  env: {
    stop: true,
    operands: "text",
    flags: {
      none: `${HELP}-i -0 -v - --ignore-environment --null --debug`,
      text: "-u: --unset: --block-signal? --default-signal? --ignore-signal? -S: --split-string:",
      dir: "-C: --chdir:",
      approve: "-P:",
    },
    output: env,
  },
  printenv: {
    operands: "credentials",
    flags: { none: `${HELP}-0 --null` },
    always: { role: "env", why: "" },
    whole: (call) => {
      call.find(needsPerson("environment", "The environment would be shown"));
      for (const arg of call.args) {
        const finding = judgeVariableRead(known(arg) ?? "");
        if (finding !== undefined) call.find(finding, arg);
      }
    },
  },
  xargs: {
    stop: true,
    operands: "text",
    flags: {
      none: `${HELP}-0 -r -t -x --null --no-run-if-empty --verbose --exit --show-limits`,
      text:
        "-n: -L: -P: -s: -d: -E: -I: -i? -l? -e? --max-args: --max-lines? --max-procs: --max-chars: " +
        "--delimiter: --eof? --replace? --process-slot-var:",
      read: "-a: --arg-file:",
      approve: "-p -o --interactive --open-tty",
    },
    output: xargs,
  },
  timeout: wrapper({
    none: "-v -f -p --foreground --preserve-status --verbose",
    text: "-s: -k: --signal: --kill-after:",
  }, 1),
  nice: wrapper({ text: "-n: --adjustment:" }, 0, { numeric: true }),
  ionice: wrapper({
    none: "-t --ignore",
    text: "-c: -n: --class: --classdata:",
    approve: "-p: -P: -u:",
  }),
  nohup: wrapper({}),
  stdbuf: wrapper({ text: "-i: -o: -e: --input: --output: --error:" }),
  time: wrapper({
    none: "-p -v -q -a --portability --verbose --quiet --append",
    text: "-f: --format:",
    write: "-o: --output:",
  }),
  taskset: wrapper({ none: "-a -c --all-tasks --cpu-list", approve: "-p --pid" }, 1),
  setsid: wrapper({ none: "-c -w --ctty --wait", approve: "-f --fork" }, 0, {
    always: { role: "approve", why: "leaves the session" },
  }),
  flock: {
    stop: true,
    operands: ["write", "text"],
    flags: {
      none:
        `${HELP}-s -x -e -n -o -u -F -v --shared --exclusive --nonblock --close --unlock --no-fork --verbose`,
      text: "-w: -E: --timeout: --wait: --conflict-exit-code:",
      script: "-c: --command:",
    },
    output: flock,
  },
  "busybox toybox": wrapper({ none: "--list --list-full", approve: "--install -s" }),
  "parallel watch rush": {
    style: "none",
    operands: "text",
    output: joined,
  },
  script: {
    stop: true,
    operands: "write",
    flags: {
      none: `${HELP}-a -e -f -q --append --return --flush --quiet`,
      script: "-c: --command:",
      write: "-B: -I: -O: -T: --log-io: --log-in: --log-out: --log-timing:",
    },
    always: { role: "approve", why: "records a terminal" },
  },
  sudo: privilege({
    none: "-A -b -E -e -H -i -K -k -l -n -P -S -s -V -v",
    text: "-C: -D: -g: -h: -p: -R: -r: -t: -T: -U: -u: --user: --group:",
  }),
  "doas pkexec gosu": privilege({ none: "-n -s -L", text: "-u: -C: --user:" }),
  "su runuser sg": {
    operands: "text",
    flags: {
      none: `${HELP}-l -m -p - -f --login --preserve-environment`,
      text: "-s: -g: -G: -u: --shell: --user:",
      script: "-c: --command:",
    },
    always: { role: "privilege", why: "" },
  },
  "sudoedit newgrp setpriv capsh passwd chpasswd useradd usermod userdel groupadd visudo vipw chsh login":
    {
      style: "none",
      operands: "text",
      always: { role: "privilege", why: "" },
    },
  "insmod modprobe rmmod kexec sysctl swapoff setcap iptables nft ip6tables": {
    style: "none",
    operands: "text",
    always: { role: "privilege", why: "" },
  },
  chroot: {
    ...wrapper({ text: "--userspec: --groups:", none: "--skip-chdir" }, 1),
    always: { role: "escape", why: "" },
  },
  "unshare nsenter": {
    ...wrapper({
      none:
        "-m -u -i -n -p -U -C -T -f -r -c -a --mount --uts --ipc --net --pid --user --cgroup --fork " +
        "--map-root-user --all --mount-proc",
      text: "-t: -S: -G: -R: -w: --target: --root: --wd:",
    }),
    always: { role: "escape", why: "" },
  },
  "mount umount pivot_root switch_root losetup ctr crictl runc lxc lxc-attach machinectl bwrap": {
    style: "none",
    operands: "text",
    always: { role: "escape", why: "" },
  },
};
