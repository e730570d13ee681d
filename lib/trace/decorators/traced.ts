import { OwllmError } from "../../core/mod.ts";
import { getActiveTracer } from "../active.ts";
import type { SessionTracer } from "../session_tracer.ts";
import { traceGenerator } from "./generators.ts";
import { OpenCall, type TracedSpec } from "./open_call.ts";
import type { AnyFunction, Traced, TracedOptions } from "./options.ts";

/**
 * Builds a tracer of calls: a standard method decorator that wraps plain functions as well.
 * Functions may be sync, async, generators or async generators. Each call records one event when
 * it ends, with the events inside of it as its children; an error is recorded and thrown on, the
 * same object. Without an active tracer, or without an open session, the function runs unchanged.
 * A generator that is left without `return()` has not ended and records nothing.
 *
 * @example
 * ```ts
 * const traced = createTraced<Counter>({ stateFilter: ({ count }) => ({ count }) });
 * class Counter {
 *   count = 0;
 *   @traced
 *   add(n: number) {
 *     return this.count += n;
 *   }
 * }
 * const double = createTraced({ name: "double" })((n: number) => 2 * n);
 * withTracer(tracer, () => new Counter().add(double(2)));
 * ```
 */
export function createTraced<
  This = unknown,
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
>(options: TracedOptions<This, Args, Result> = {}): Traced {
  // The caller says what its function takes and gives; inside, every function is the same.
  const known = options as unknown as TracedOptions;
  return (fn, context) => wrap(known, fn, context);
}

function wrap<F extends AnyFunction>(
  options: TracedOptions,
  fn: F,
  context: ClassMethodDecoratorContext | undefined,
): F {
  refuseOther(fn, context);
  const functionName = context === undefined ? fn.name || "anonymous" : String(context.name);
  const isMethod = context !== undefined;
  const spec: TracedSpec = { eventType: "runtime", ...options, functionName, isMethod };
  const run = isGeneratorFunction(fn) ? traceGenerator : runTraced;
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    const tracer = getActiveTracer();
    if (tracer?.sessionId === undefined) return fn.apply(this, args);
    return run(spec, fn, tracer, this, args);
  };
  // It stays what it was for who looks: its name, its number of arguments, its being a generator.
  Object.setPrototypeOf(traced, Object.getPrototypeOf(fn));
  Object.defineProperty(traced, "name", { value: fn.name, configurable: true });
  Object.defineProperty(traced, "length", { value: fn.length, configurable: true });
  return traced as F;
}

function refuseOther(fn: unknown, context: ClassMethodDecoratorContext | undefined): void {
  if (typeof fn === "function" && (context?.kind ?? "method") === "method") return;
  throw new OwllmError({
    code: "failed",
    message: `Cannot trace "${String(context?.name ?? fn)}": only methods and functions are traced`,
    recoverySuggestion: "Put the decorator on a method, or wrap the function in it",
  });
}

function isGeneratorFunction(fn: AnyFunction): boolean {
  const tag = (fn as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return tag === "GeneratorFunction" || tag === "AsyncGeneratorFunction";
}

function runTraced(
  spec: TracedSpec,
  fn: AnyFunction,
  tracer: SessionTracer,
  self: unknown,
  args: unknown[],
): unknown {
  const call = new OpenCall(spec, tracer, self, args);
  let result: unknown;
  try {
    result = call.inside(() => fn.apply(self, args));
  } catch (error) {
    call.fail(error);
    throw error;
  }
  if (result instanceof Promise) return settle(call, result);
  call.end(result);
  return result;
}

function settle(call: OpenCall, promise: Promise<unknown>): Promise<unknown> {
  return promise.then((value) => {
    call.end(value);
    return value;
  }, (error) => {
    call.fail(error);
    throw error;
  });
}
