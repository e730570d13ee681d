/**
 * Traces of what models, tools and environments did: sessions of steps of events and messages.
 *
 * ```ts
 * using file = await openTraceFile("/tmp/traces.db");
 * const tracer = new SessionTracer({ sink: file.sink });
 * tracer.startSession({ metadata: { task: "count files" } });
 * {
 *   using _step = tracer.timestep({ stepId: "turn_1" });
 *   tracer.recordEvent({ event_type: "cais", system_instance_id: "llm", model_name: "smollm2" });
 * }
 * const session = tracer.endSession();
 * ```
 *
 * The same by decorators, which find the active tracer by themselves:
 *
 * ```ts
 * class Agent {
 *   @traceAgent({ autoTimestep: true })
 *   async act(observation: string) { … }
 * }
 * await withTracer(tracer, () => new Agent().act("start"));
 * ```
 *
 * Hooks are given to the tracer, `new SessionTracer({ sink, hooks: [new EasyAchievementHook()] })`;
 * one of your own is an object with a `name` and the points that it wants, such as `beforeEvent`.
 */
export { getActiveTracer, setActiveTracer, withTracer } from "./active.ts";
export type { AnyFunction, Traced, TracedCall, TracedOptions } from "./decorators/options.ts";
export {
  type ReadyOptions,
  type ReadyTraced,
  traceAgent,
  traceEnv,
  traceRuntime,
} from "./decorators/ready.ts";
export { createTraced } from "./decorators/traced.ts";
export type * from "./events.ts";
export {
  exportParquet,
  exportText,
  type Imported,
  importTraces,
  TEXT_FORMATS,
  type TextFormat,
} from "./formats/files.ts";
export {
  type ActionEffect,
  type ActionRule,
  CRAFTER_ACTION_RULES,
  CRAFTER_ACTIONS,
} from "./hooks/action_rules.ts";
export {
  EASY_CRAFTER_ACHIEVEMENTS,
  EasyAchievementHook,
  type EasyAchievementHookOptions,
} from "./hooks/easy_achievement_hook.ts";
export { type HookContext, type HookPoint, type TraceHook } from "./hooks/hook.ts";
export { InvalidActionHook, type InvalidActionHookOptions } from "./hooks/invalid_action_hook.ts";
export {
  TraceStateHook,
  type TraceStateHookOptions,
  type TransitionFinding,
  valueAt,
} from "./hooks/trace_state_hook.ts";
export { renderTrace, type RenderTraceOptions } from "./html/render.ts";
export { EVENT_TYPES, traceError } from "./new_events.ts";
export type {
  EventFields,
  NewCAISEvent,
  NewEnvironmentEvent,
  NewEvent,
  NewMessage,
  NewRuntimeEvent,
} from "./new_events.ts";
export {
  assertTraceEquivalence,
  compareTraces,
  type DifferenceKind,
  type ParityOptions,
  type TraceDifference,
} from "./parity.ts";
export { costOf } from "./prices.ts";
export * from "./query/mod.ts";
export { createRedactor, REDACTED, type Redactor } from "./redact.ts";
export type * from "./session_options.ts";
export { SessionTracer } from "./session_tracer.ts";
export type { SessionEnd, SessionHead, StepHead, TraceSink } from "./sink.ts";
export { snapshot } from "./snapshot.ts";
export { sendTraces, type SendTracesOptions, type SentTraces } from "./otel/send_traces.ts";
export type { ChatMessageLike, ToolCallLike } from "./llm_messages.ts";
export {
  finish,
  getSystemId,
  type TrackedEnd,
  type TrackedLm,
  type TrackedReward,
  type TrackedSystem,
  trackLm,
  trackRewardSignal,
} from "./trackers.ts";
export { otlpJson, spansOfTrace } from "./otel/trace_spans.ts";
export { startTracing, type Tracing, type TracingOptions } from "./start.ts";
export { loadTrace, type StoredSpan, type StoredTrace, unpackAll } from "./store/load.ts";
export { openTraceFile, type TraceFile } from "./store/file.ts";
export { createTraceStore, type TraceStore, type TraceStoreOptions } from "./store/store.ts";
export { textOf } from "./store/words.ts";
