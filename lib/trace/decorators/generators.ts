import type { SessionTracer } from "../session_tracer.ts";
import { OpenCall, type TracedSpec } from "./open_call.ts";
import type { AnyFunction } from "./options.ts";

type Step = IteratorResult<unknown>;
type AnyGenerator = Generator | AsyncGenerator;

/**
 * Calls a generator function and traces what its generator does, from the first `next()` on. The
 * result is a generator of the same kind: the same prototype, with methods of its own.
 */
export function traceGenerator(
  spec: TracedSpec,
  fn: AnyFunction,
  tracer: SessionTracer,
  self: unknown,
  args: unknown[],
): AnyGenerator {
  const inner: AnyGenerator = fn.apply(self, args);
  let call: OpenCall | undefined;
  const traced = {
    next(...sent: [] | [unknown]) {
      call ??= new OpenCall(spec, tracer, self, args);
      return resume(call, () => inner.next(...sent), false);
    },
    return(value: unknown) {
      // Before the first next() nothing of the body runs, so there is nothing to record.
      return call === undefined
        ? inner.return(value)
        : resume(call, () => inner.return(value), true);
    },
    throw(error: unknown) {
      return call === undefined
        ? inner.throw(error)
        : resume(call, () => inner.throw(error), false);
    },
  };
  return Object.assign(Object.create(Object.getPrototypeOf(inner)), traced);
}

/** Runs the body on, and records the call where the body ends. */
function resume(
  call: OpenCall,
  go: () => Step | Promise<Step>,
  returning: boolean,
): Step | Promise<Step> {
  const note = (step: Step): Step => {
    if (step.done) call.end(step.value, returning);
    else call.yielded(step.value);
    return step;
  };
  const failed = (error: unknown): never => {
    call.fail(error);
    throw error;
  };
  let step: Step | Promise<Step>;
  try {
    step = call.inside(go);
  } catch (error) {
    return failed(error);
  }
  return step instanceof Promise ? step.then(note, failed) : note(step);
}
