import { judgeArgv } from "./argv.ts";
import { callFunction } from "./functions.ts";
import { MAX_DEPTH, MAX_STEPS, MAX_WORK } from "./limits.ts";
import { parseScript, type Script } from "./parse.ts";
import { precheck } from "./precheck.ts";
import { Recorder, type Span, strictest } from "./recorder.ts";
import { remember } from "./remember.ts";
import { type ArgvOptions, needsPerson, refused, type Session, spanOf } from "./session.ts";
import { type Frame, type ShellFunction, ShellState } from "./state.ts";
import type { PolicyContext, Reason, Verdict } from "./types.ts";
import { type Arg, display, known, type Stream, textArg, UNKNOWN_STREAM } from "./values.ts";
import { walkBody, walkScript } from "./walk.ts";

/** Thrown to leave a judgement that has become too large; never leaves this file. */
class TooLarge extends Error {}

/** One judgement: the state that is shared by all of its parts. */
class Judgement implements Session {
  readonly recorder = new Recorder();
  readonly active = new Set<object>();
  readonly called = new Set<object>();
  readonly #functions: { name: string; fn: ShellFunction }[] = [];
  #steps = 0;
  #spent = 0;
  #depth = 0;

  readonly context: PolicyContext;

  constructor(context: PolicyContext) {
    this.context = { ...context, files: remember(context.files) };
  }

  script(script: Script, frame: Frame, state: ShellState, stdin: Stream): Stream {
    const span = spanOf(script, frame);
    return this.deeper(span, () => walkScript(script, { session: this, state, frame }, stdin)) ??
      UNKNOWN_STREAM;
  }

  text(text: string, span: Span, state: ShellState, stdin: Stream): Stream {
    for (const reason of precheck(text)) this.recorder.find(reason, span);
    const { script, problems } = parseScript(text);
    for (const { message } of problems) {
      this.recorder.find(
        needsPerson("syntax", `The inner command is not understood: ${message}`),
        span,
      );
    }
    return this.script(script, { source: text, at: span }, state, stdin);
  }

  argv(args: readonly Arg[], state: ShellState, stdin: Stream, how: ArgvOptions = {}): Stream {
    const span = { start: args[0]?.start ?? 0, end: args.at(-1)?.end ?? 0 };
    const judge = () =>
      this.deeper(span, () => judgeArgv(this, args, state, stdin, how)) ?? UNKNOWN_STREAM;
    if (how.inline === true) return judge();
    return this.recorder.command(span, (record) => {
      record({
        argv: args.map(display),
        unknown: args.flatMap((arg, index) => known(arg) === undefined ? [index] : []),
        cwd: [...state.dirs],
        assignments: [],
        redirections: [],
      });
      return judge();
    });
  }

  body(fn: ShellFunction, state: ShellState, stdin: Stream): Stream {
    return walkBody(fn.body, { session: this, state, frame: fn.frame }, stdin);
  }

  defined(name: string, fn: ShellFunction): void {
    this.#functions.push({ name, fn });
  }

  /** Functions that nothing called are judged too, with words that are not known. */
  judgeUncalled(state: ShellState): void {
    for (const { name, fn } of this.#functions) {
      if (this.called.has(fn.body)) continue;
      const span = spanOf(fn.body, fn.frame);
      const words: Arg = { pieces: [{ kind: "unknown", why: "$@" }], ...span, many: true };
      callFunction(this, name, fn, new Array(9).fill(words), state.fork(), UNKNOWN_STREAM, span);
    }
  }

  spend(size: number): void {
    this.#spent += size;
    if (this.#spent > MAX_WORK) throw new TooLarge();
  }

  deeper<T>(span: Span, judge: () => T): T | undefined {
    if (++this.#steps > MAX_STEPS) {
      this.recorder.find(refused("too_many", "The command has too many parts to be judged"), span);
      throw new TooLarge();
    }
    if (this.#depth >= MAX_DEPTH) {
      this.recorder.find(
        refused("too_deep", "The command is nested too deeply to be judged"),
        span,
      );
      return undefined;
    }
    this.#depth++;
    try {
      return judge();
    } finally {
      this.#depth--;
    }
  }
}

/**
 * Judges one command text. Never throws: a bug of the policy itself is a denial, like everything that cannot
 * be judged. Allowed is only what is understood and harmless in all its parts.
 */
export function decide(command: string, context: PolicyContext): Verdict {
  const early = precheck(command);
  if (strictest(early) === "deny") return verdict(early, new Recorder());
  return judge(command.length, context, early, (session, state) => {
    const { script, problems } = parseScript(command);
    const inside = (at: number) => Math.min(at, command.length);
    for (const { message, start, end } of problems) {
      // What is missing at the end is reported behind the end.
      const span = { start: inside(start), end: inside(end) };
      session.recorder.find(needsPerson("syntax", `Not understood: ${message}`), span);
    }
    // A comment alone does nothing and is allowed; no text at all is somebody's mistake.
    if (command.trim() === "") {
      session.recorder.find(needsPerson("empty", "There is no command"), {
        start: 0,
        end: command.length,
      });
    }
    session.script(script, { source: command }, state, UNKNOWN_STREAM);
    session.judgeUncalled(state);
  });
}

/** Judges a program and its words that no shell reads: nothing is expanded, split or matched. */
export function decideArgv(argv: readonly string[], context: PolicyContext): Verdict {
  const early = argv.flatMap(precheck);
  return judge(argv.join(" ").length, context, early, (session, state) => {
    let at = 0;
    const args = argv.map((word) => {
      const arg = textArg(word, at, at + word.length);
      at += word.length + 1;
      return arg;
    });
    if (args.length === 0) {
      session.recorder.find(needsPerson("empty", "There is no command"), { start: 0, end: 0 });
    } else session.argv(args, state, UNKNOWN_STREAM, { external: true });
  });
}

function judge(
  length: number,
  context: PolicyContext,
  early: readonly Reason[],
  run: (session: Judgement, state: ShellState) => void,
): Verdict {
  const session = new Judgement(context);
  try {
    const state = new ShellState([context.cwd]);
    // Whoever runs the text may give it words.
    const word: Arg = { pieces: [{ kind: "unknown", why: "$@" }], start: 0, end: 0, many: true };
    state.positional = new Array(9).fill(word);
    run(session, state);
  } catch (error) {
    const reason = error instanceof TooLarge
      ? refused("too_many", "The command has too many parts to be judged")
      : refused("internal", `The policy could not judge the command: ${String(error)}`);
    return verdict([...early, { ...reason, start: 0, end: length }], session.recorder);
  }
  return verdict(early, session.recorder);
}

function verdict(early: readonly Reason[], { reasons, effects, argv }: Recorder): Verdict {
  const all = [...early, ...reasons];
  return { decision: strictest(all), reasons: all, effects, argv };
}
