/** Decorators as somebody might write them, whole or with one fault each. */
import {
  type EventFields,
  getActiveTracer,
  type NewEvent,
  type NewMessage,
  type SessionTracer,
  snapshot,
  type Traced,
  traceError,
  type TraceEvent,
} from "../../lib/trace/mod.ts";
import type { GridStep, GridWorld } from "./grid_world.ts";
import { AGENT, type Choice, ENV, LOOP, type ScenarioDecorators } from "./parity_scenario.ts";

/** What is wrong with the decorators. */
export type Fault =
  | "error without its cause"
  | "only successes are recorded"
  | "message after the event"
  | "event before the call"
  | "state by reference"
  | "states share an object"
  | "lost metadata"
  | "changed metadata"
  | "doubled event"
  | "no turn"
  | "wrong turn number"
  | "event after its step"
  | "late timestamp"
  | "lost latency"
  | "lost message"
  | "changed message"
  | "doubled message"
  | "lost reward"
  | "lost tokens"
  | "lost action"
  | "slow";

const FIELDS = { "lost metadata": "metadata", "lost latency": "latency_ms" } as const;

/** Builds the decorators of the scenario; without a fault they are right. */
export function handmade(fault?: Fault): ScenarioDecorators {
  return { agent: agent(fault), env: env(fault), loop: loop(fault) };
}

function active(): SessionTracer {
  const tracer = getActiveTracer();
  if (tracer === undefined) throw new Error("The scenario runs without a tracer");
  return tracer;
}

function record(event: NewEvent, fault: Fault | undefined): TraceEvent {
  const tracer = active();
  const changed: Record<string, unknown> = { ...event };
  if (fault !== undefined && fault in FIELDS) delete changed[FIELDS[fault as keyof typeof FIELDS]];
  if (fault === "changed metadata") changed["metadata"] = { chosen: "other", action: "other" };
  if (fault === "late timestamp") {
    changed["time_record"] = { event_time: tracer.clock.now().getTime() / 1000 + 0.4 };
  }
  if (fault === "slow") waste(20);
  if (fault === "doubled event") tracer.recordEvent(changed as unknown as NewEvent);
  return tracer.recordEvent(changed as unknown as NewEvent);
}

/** A tracer that takes its time. */
function waste(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function say(message: NewMessage, fault: Fault | undefined): void {
  if (fault === "lost message") return;
  const content = fault === "changed message" ? "something else" : message.content;
  active().addMessage({ ...message, content });
  if (fault === "doubled message") active().addMessage(message);
}

// The casts: a decorator by hand knows its function, the type of all decorators does not.
const asTraced = (wrap: unknown) => wrap as Traced;

function agent(fault: Fault | undefined): Traced {
  return asTraced((ask: (observation: string, turn: number) => Promise<Choice>) => {
    return async (observation: string, turn: number) => {
      const input = { source_id: ENV, target_id: AGENT, message_type: "observation" };
      const listen = () => say({ ...input, content: observation }, fault);
      if (fault !== "message after the event") listen();
      const start = performance.now();
      const choice = await ask(observation, turn);
      const tokens: EventFields = {
        input_tokens: choice.usage.prompt_tokens,
        output_tokens: choice.usage.completion_tokens,
      };
      record({
        event_type: "cais",
        system_instance_id: AGENT,
        model_name: choice.model,
        ...fault !== "lost tokens" && tokens,
        latency_ms: performance.now() - start,
        metadata: { chosen: choice.content },
      } as NewEvent, fault);
      if (fault === "message after the event") listen();
      const output = { source_id: AGENT, target_id: ENV, message_type: "action" };
      say({ ...output, content: choice.content }, undefined);
      return choice;
    };
  });
}

function env(fault: Fault | undefined): Traced {
  return asTraced((step: (this: GridWorld, action: string) => GridStep) => {
    return function (this: GridWorld, action: string): GridStep {
      const before = fault === "state by reference" ? this.state : snapshot(this.state);
      const start = performance.now();
      const note = (said: Partial<GridStep>, error: unknown) => {
        const event = record({
          event_type: "environment",
          system_instance_id: ENV,
          ...said,
          ...fault === "lost reward" && { reward: 0 },
          system_state_before: before,
          system_state_after: this.state,
          latency_ms: performance.now() - start,
          metadata: { action },
          error: error === undefined ? null : traceError(error),
        }, fault);
        const same = { system_state_after: event.system_state_before };
        const still = JSON.stringify(before) === JSON.stringify(this.state);
        if (fault === "states share an object" && still) Object.assign(event, same);
      };
      try {
        const said = step.call(this, action);
        note(said, undefined);
        return said;
      } catch (error) {
        if (fault === "error without its cause") note({}, undefined);
        else if (fault !== "only successes are recorded") note({}, error);
        throw error;
      }
    };
  });
}

function loop(fault: Fault | undefined): Traced {
  return asTraced((turnOnce: (turn: number) => Promise<GridStep | undefined>) => {
    return async (turn: number) => {
      const tracer = active();
      const turnNumber = fault === "wrong turn number" ? turn + 1 : turn;
      if (fault !== "no turn") tracer.startTimestep({ stepId: `turn_${turn}`, turnNumber });
      const start = performance.now();
      const note = () =>
        record({
          event_type: "runtime",
          system_instance_id: LOOP,
          ...fault !== "lost action" && { actions: [turn] },
          latency_ms: fault === "event before the call" ? 0 : performance.now() - start,
        }, fault);
      if (fault === "event before the call") note();
      const step = await turnOnce(turn);
      if (fault === "event after its step") tracer.endTimestep();
      if (fault !== "event before the call") note();
      tracer.endTimestep();
      return step;
    };
  });
}
