/** One agent loop over the grid world, traced by hand and by decorators. */
import {
  type SessionTrace,
  SessionTracer,
  snapshot,
  traceAgent,
  type Traced,
  traceEnv,
  traceError,
  traceRuntime,
  withTracer,
} from "../../lib/trace/mod.ts";
import { GRID_PLAN, type GridStep, GridWorld } from "./grid_world.ts";

export const AGENT = "agent:player";
export const ENV = "env:grid";
export const LOOP = "runtime:loop";

/** What a model answered, in the dialect of most servers. */
export interface Choice {
  readonly model: string;
  readonly content: string;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** Asks a model for the next action. */
export type Ask = (observation: string, turn: number) => Promise<Choice>;

/** A model that follows the plan, and thinks for a moment. */
export async function askPlan(observation: string, turn: number): Promise<Choice> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return {
    model: "plan",
    content: GRID_PLAN[turn] ?? "noop",
    usage: { prompt_tokens: observation.length, completion_tokens: 1 },
  };
}

/** Asks a server for the next action over HTTP. */
export function askServer(url: string): Ask {
  return async (observation) => {
    const messages = [{ role: "user", content: observation }];
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "scripted:7b", messages, temperature: 0 }),
    });
    const { model, usage, choices } = await response.json();
    return { model, usage, content: choices[0].message.content };
  };
}

const ended = (step: GridStep | undefined) => step?.terminated === true;

/** The scenario, traced by hand. */
export async function traceByHand(ask: Ask): Promise<SessionTrace> {
  const tracer = new SessionTracer();
  const world = new GridWorld();
  tracer.startSession({ metadata: { world: "grid" } });
  for (let turn = 0; turn < GRID_PLAN.length; turn++) {
    await using _step = tracer.timestep({ stepId: `turn_${turn}`, turnNumber: turn });
    const start = tracer.clock.monotonic();
    const choice = await agentByHand(tracer, ask, world.observe(), turn);
    const step = stepByHand(tracer, world, choice.content);
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: LOOP,
      actions: [turn],
      latency_ms: tracer.clock.monotonic() - start,
    });
    if (ended(step)) break;
  }
  return tracer.endSession();
}

async function agentByHand(tracer: SessionTracer, ask: Ask, observation: string, turn: number) {
  const between = { source_id: ENV, target_id: AGENT };
  tracer.addMessage({ ...between, message_type: "observation", content: observation });
  const start = tracer.clock.monotonic();
  const choice = await ask(observation, turn);
  tracer.recordEvent({
    event_type: "cais",
    system_instance_id: AGENT,
    model_name: choice.model,
    input_tokens: choice.usage.prompt_tokens,
    output_tokens: choice.usage.completion_tokens,
    latency_ms: tracer.clock.monotonic() - start,
    metadata: { chosen: choice.content },
  });
  const back = { source_id: AGENT, target_id: ENV };
  tracer.addMessage({ ...back, message_type: "action", content: choice.content });
  return choice;
}

function stepByHand(tracer: SessionTracer, world: GridWorld, action: string) {
  const before = snapshot(world.state);
  const start = tracer.clock.monotonic();
  const record = (said: Partial<GridStep>, error: unknown) =>
    tracer.recordEvent({
      event_type: "environment",
      system_instance_id: ENV,
      reward: said.reward ?? 0,
      terminated: said.terminated ?? false,
      truncated: said.truncated ?? false,
      system_state_before: before,
      system_state_after: world.state,
      latency_ms: tracer.clock.monotonic() - start,
      metadata: { action },
      error: error === undefined ? null : traceError(error),
    });
  try {
    const step = world.step(action);
    record(step, undefined);
    return step;
  } catch (error) {
    record({}, error);
    return undefined;
  }
}

/** The three functions of the scenario that are decorated. */
export interface ScenarioDecorators {
  readonly agent: Traced;
  readonly env: Traced;
  readonly loop: Traced;
}

/** Decorators that trace as it is done by hand. */
export const RIGHT: ScenarioDecorators = {
  agent: traceAgent<undefined, [string], Choice>({
    systemInstanceId: AGENT,
    inputMessageFn: ({ args }) => ({
      source_id: ENV,
      target_id: AGENT,
      message_type: "observation",
      content: args[0],
    }),
    messageFn: ({ result }) => ({
      source_id: AGENT,
      target_id: ENV,
      message_type: "action",
      content: result?.content,
    }),
    metadataFn: ({ result }) => ({ chosen: result?.content }),
  }),
  env: traceEnv<GridWorld, [string]>({
    systemInstanceId: ENV,
    stateFilter: ({ state }) => state,
    metadataFn: ({ args }) => ({ action: args[0] }),
  }),
  loop: traceRuntime<undefined, [number]>({
    systemInstanceId: LOOP,
    autoTimestep: ({ args }) => ({ stepId: `turn_${args[0]}`, turnNumber: args[0] }),
  }),
};

/** The scenario, traced by wrappers of its functions. */
export async function traceByDecorators(
  ask: Ask,
  decorators: ScenarioDecorators,
): Promise<SessionTrace> {
  const tracer = new SessionTracer();
  const world = new GridWorld();
  const agent = decorators.agent(ask);
  const step = decorators.env(GridWorld.prototype.step);
  const turnOnce = decorators.loop(async (turn: number) => {
    const choice = await agent(world.observe(), turn);
    try {
      return step.call(world, choice.content);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  });
  tracer.startSession({ metadata: { world: "grid" } });
  await withTracer(tracer, async () => {
    for (let turn = 0; turn < GRID_PLAN.length; turn++) if (ended(await turnOnce(turn))) break;
  });
  return tracer.endSession();
}

/** The world with a decorated method. */
class TracedWorld extends GridWorld {
  @RIGHT.env
  override step(action: string): GridStep {
    return super.step(action);
  }
}

/** The scenario as a class with decorated methods. */
export class TracedGame {
  readonly #world = new TracedWorld();
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async play(): Promise<SessionTrace> {
    const tracer = new SessionTracer();
    tracer.startSession({ metadata: { world: "grid" } });
    await withTracer(tracer, async () => {
      for (let turn = 0; turn < GRID_PLAN.length; turn++) if (ended(await this.turn(turn))) break;
    });
    return tracer.endSession();
  }

  @RIGHT.loop
  async turn(turn: number): Promise<GridStep | undefined> {
    const choice = await this.act(this.#world.observe(), turn);
    try {
      return this.#world.step(choice.content);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  @RIGHT.agent
  act(observation: string, turn: number): Promise<Choice> {
    return this.#ask(observation, turn);
  }
}
