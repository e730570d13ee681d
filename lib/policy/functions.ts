import { needsPerson, refused, type Session } from "./session.ts";
import type { Span } from "./recorder.ts";
import type { ShellFunction, ShellState } from "./state.ts";
import type { Arg, Stream } from "./values.ts";
import { UNKNOWN_STREAM } from "./values.ts";

/** Judges the body of a function with the words it was called with. */
export function callFunction(
  session: Session,
  name: string,
  fn: ShellFunction,
  args: readonly Arg[],
  state: ShellState,
  stdin: Stream,
  span: Span,
): Stream {
  if (session.active.has(fn.body)) {
    const body = fn.frame.source.slice(fn.body.pos, fn.body.end);
    session.recorder.find(
      /[|&]/.test(body)
        ? refused("fork_bomb", `"${name}" starts itself again and again`)
        : needsPerson("recursion", `"${name}" calls itself`),
      span,
    );
    return UNKNOWN_STREAM;
  }
  session.called.add(fn.body);
  session.active.add(fn.body);
  const outer = state.positional;
  state.positional = args;
  try {
    return session.deeper(span, () => session.body(fn, state, stdin)) ?? UNKNOWN_STREAM;
  } finally {
    state.positional = outer;
    session.active.delete(fn.body);
  }
}
