import { AsyncLocalStorage } from "node:async_hooks";
import type { SessionTracer } from "./session_tracer.ts";

const storage = new AsyncLocalStorage<SessionTracer | undefined>();

/**
 * Makes a tracer the active one for the rest of the current async context; undefined ends that.
 *
 * @example
 * ```ts
 * const tracer = new SessionTracer();
 * setActiveTracer(tracer);
 * tracer.startSession();
 * await agent.run(); // its decorated methods are traced
 * ```
 */
export function setActiveTracer(tracer: SessionTracer | undefined): void {
  storage.enterWith(tracer);
}

/**
 * The active tracer; undefined where nothing is traced.
 *
 * @example
 * ```ts
 * getActiveTracer()?.addMessage({ message_type: "note", content: "half way" });
 * ```
 */
export function getActiveTracer(): SessionTracer | undefined {
  return storage.getStore();
}

/**
 * Runs a function, and all that it awaits, with this tracer; the one outside is not touched.
 *
 * @example
 * ```ts
 * const answer = await withTracer(tracer, () => agent.run("count the files"));
 * ```
 */
export function withTracer<T>(tracer: SessionTracer | undefined, body: () => T): T {
  return storage.run(tracer, body);
}
