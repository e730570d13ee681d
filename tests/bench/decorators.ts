/** What a decorator adds to a call, with an active tracer and without one. */
import { SessionTracer, traceRuntime, withTracer } from "../../lib/trace/mod.ts";
import type { Figure } from "./main.ts";
import { inTurn } from "./median.ts";

const CALLS = 2_000;
const RUNS = 15;

/** A step of a small world: arguments, a result and a state, as an agent's tools have them. */
class World {
  position = { x: 0, y: 0 };
  inventory = { wood: 1, stone: 0, sapling: 2 };

  plain(action: string, times: number) {
    this.position.x += times;
    return { observation: `after ${action}`, reward: times };
  }

  @traceRuntime({ stateFilter: ({ position, inventory }: World) => ({ position, inventory }) })
  traced(action: string, times: number) {
    this.position.x += times;
    return { observation: `after ${action}`, reward: times };
  }
}

/** Microseconds that a call takes more when it is decorated. */
export async function decoratorFigures(): Promise<Figure[]> {
  const world = new World();
  const plain = (calls: number) => repeat(calls, () => world.plain("move_left", 1));
  const traced = (calls: number) => repeat(calls, () => world.traced("move_left", 1));
  const inSession = (calls: number) => {
    const tracer = new SessionTracer();
    tracer.startSession();
    return withTracer(tracer, () => traced(calls));
  };
  await inTurn(5, () => inSession(CALLS), () => plain(CALLS));
  const on = await inTurn(RUNS, () => inSession(CALLS), () => plain(CALLS));
  // A hundred times as many: what is left without a tracer is far below one tick of the clock.
  const many = 100 * CALLS;
  await inTurn(2, () => traced(many), () => plain(many));
  const off = await inTurn(RUNS, () => traced(many), () => plain(many));
  return [
    figure("a decorated call more than a plain one", on, CALLS, 30),
    figure("a decorated call more, without a tracer", off, many, 0.1),
  ];
}

function repeat(calls: number, call: () => unknown): Promise<void> {
  for (let i = 0; i < calls; i++) call();
  return Promise.resolve();
}

/** Medians of milliseconds for all calls, as microseconds for one. */
function figure(name: string, { a, b }: { a: number; b: number }, calls: number, aim: number) {
  const each = (ms: number) => ms * 1000 / calls;
  return {
    name,
    unit: "µs",
    value: each(a) - each(b),
    aim,
    reference: { name: "plain call", value: each(b) },
  };
}
