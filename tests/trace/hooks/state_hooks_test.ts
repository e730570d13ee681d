import assert from "node:assert/strict";
import {
  type ActionRule,
  CRAFTER_ACTION_RULES,
  CRAFTER_ACTIONS,
  EASY_CRAFTER_ACHIEVEMENTS,
  EasyAchievementHook,
  InvalidActionHook,
  type Json,
  SessionTracer,
  traceEnv,
  type TraceHook,
  TraceStateHook,
  type TransitionFinding,
  valueAt,
  withTracer,
} from "../../../lib/trace/mod.ts";
import { GRID_PLAN, type GridState, GridWorld } from "../../support/grid_world.ts";

/** Records one transition of an action and gives back what the hook made of it. */
function transition(hook: TraceHook, before: unknown, after: unknown, actions: unknown[] = []) {
  const tracer = new SessionTracer({ hooks: [hook] });
  tracer.startSession();
  tracer.recordEvent({
    event_type: "runtime",
    system_instance_id: "world",
    actions,
    system_state_before: before,
    system_state_after: after,
  });
  return tracer.endSession().event_history;
}

/** The metadata of each step of the plan through the grid world. */
function playGrid(hook: TraceHook) {
  const tracer = new SessionTracer({ hooks: [hook] });
  tracer.startSession();
  const world = new GridWorld();
  const step = traceEnv({ stateFilter: () => world.state })((action: string) => world.step(action));
  withTracer(tracer, () => {
    for (const action of GRID_PLAN) {
      if (action === "fly") assert.throws(() => step(action), RangeError);
      else step(action);
    }
  });
  return tracer.endSession().event_history;
}

Deno.test("TraceStateHook is asked for events that carry both states, and only for them", () => {
  const asked: unknown[] = [];
  class Seen extends TraceStateHook {
    readonly name = "seen";
    analyzeTransition(before: Json, after: Json): TransitionFinding {
      asked.push([before, after]);
      return {
        metadata: { grew: true },
        events: [{ event_type: "runtime", system_instance_id: "hook:seen" }],
      };
    }
  }
  const hook = new Seen();
  const [event, extra] = transition(hook, { n: 1 }, { n: 2 });
  transition(hook, null, { n: 2 });
  transition(hook, { n: 1 }, undefined);
  assert.deepEqual(asked, [[{ n: 1 }, { n: 2 }]]);
  assert.deepEqual(event?.metadata, { grew: true });
  assert.equal(extra?.system_instance_id, "hook:seen");
  transition(new Seen({ eventTypes: ["environment"] }), { n: 1 }, { n: 2 });
  assert.equal(asked.length, 1);
  assert.equal(new Seen({ priority: 3 }).priority, 3);
});

Deno.test("TraceStateHook that throws is recorded and stops nothing", () => {
  class Bad extends TraceStateHook {
    readonly name = "bad";
    analyzeTransition(): TransitionFinding {
      throw new Error("cannot compare");
    }
  }
  const [event, failure] = transition(new Bad(), 1, 2);
  assert.equal(event?.system_instance_id, "world");
  assert.deepEqual([failure?.system_instance_id, failure?.error?.message], [
    "hook:bad",
    "cannot compare",
  ]);
});

Deno.test("valueAt() goes by own fields only", () => {
  assert.equal(valueAt({ a: { b: 0 } }, "a.b"), 0);
  assert.equal(valueAt({ a: null }, "a.b"), undefined);
  assert.equal(valueAt({}, "constructor"), undefined);
});

Deno.test("EasyAchievementHook finds what a run unlocked and which of it was easy", () => {
  const events = playGrid(new EasyAchievementHook());
  const found = events.filter((event) => event.system_instance_id === "hook:easy_achievement");
  assert.deepEqual(
    found.map(({ metadata }) => [metadata["achievements_unlocked"], metadata["easy_achievements"]]),
    [
      [["collect_wood"], ["collect_wood"]],
      [["place_table"], ["place_table"]],
      [["collect_drink"], ["collect_drink"]],
      [["make_wood_pickaxe"], []],
    ],
  );
  const subject = events.find(({ span_id }) => span_id === found[3]?.metadata["subject_span_id"]);
  assert.deepEqual(subject?.metadata["args"], ["make_wood_pickaxe"]);
  assert.deepEqual(subject?.metadata["achievements_unlocked"], ["make_wood_pickaxe"]);
});

Deno.test("EasyAchievementHook reads lists, counts, flags, other paths and other easy ones", () => {
  const hook = new EasyAchievementHook();
  const fresh = (before: Json, after: Json, of = hook) =>
    of.analyzeTransition(before, after)?.metadata?.["achievements_unlocked"];
  assert.deepEqual(fresh({ achievements: ["a"] }, { achievements: ["a", "b"] }), ["b"]);
  assert.deepEqual(fresh({ achievements: {} }, { achievements: { b: 2, a: 1, c: 0 } }), ["a", "b"]);
  const flags = (eat_cow: boolean) => ({ achievements_status: { eat_cow } });
  assert.deepEqual(fresh(flags(false), flags(true)), ["eat_cow"]);
  assert.equal(fresh(flags(true), flags(true)), undefined);
  assert.equal(fresh(flags(true), flags(false)), undefined);
  assert.equal(fresh("no object", { other: 1 }), undefined);
  const own = new EasyAchievementHook({ easy: ["win"], paths: ["won"] });
  assert.deepEqual(own.analyzeTransition({ won: [] }, { won: ["win", "x"] })?.metadata, {
    achievements_unlocked: ["win", "x"],
    easy_achievements: ["win"],
  });
  assert(!EASY_CRAFTER_ACHIEVEMENTS.includes("collect_diamond"));
});

Deno.test("InvalidActionHook finds the actions of a run that did nothing", () => {
  const events = playGrid(new InvalidActionHook());
  const found = events.filter((event) => event.system_instance_id === "hook:invalid_action");
  assert.deepEqual(found.map((e) => e.event_type === "runtime" ? e.actions[0] : undefined), [
    "move_up",
    "move_right",
    "move_down",
    "do",
    "move_right",
    "move_right",
  ]);
  const subject = events.find(({ span_id }) => span_id === found[0]?.metadata["subject_span_id"]);
  assert.deepEqual(subject?.metadata["invalid_actions"], [
    { action: "move_up", expected: "the position changes" },
  ]);
});

function state(change: Partial<GridState> & { vitals?: Record<string, number> } = {}): GridState {
  return {
    position: change.position ?? [1, 1],
    inventory: { health: 9, food: 9, energy: 9, wood: 3, ...change.inventory, ...change.vitals },
    achievements: change.achievements ?? {},
  };
}

Deno.test("CRAFTER_ACTION_RULES judge by the thing that an action is about", () => {
  const invalid = (action: unknown, after: GridState) =>
    transition(new InvalidActionHook(), state(), after, [action]).length === 2;
  assert(invalid("move_left", state()));
  assert(!invalid("move_left", state({ position: [0, 1] })));
  assert(invalid(1, state()), "actions by number");
  assert(invalid({ name: "move_left" }, state()), "actions by name in an object");
  // Hunger and healing go on by themselves: they do not make an action valid.
  assert(invalid("place_table", state({ vitals: { food: 8 } })));
  assert(invalid("make_wood_pickaxe", state({ vitals: { health: 8 } })));
  assert(invalid("do", state({ vitals: { food: 8, energy: 8 } })));
  assert(!invalid("place_table", state({ inventory: { wood: 1 } })));
  assert(invalid("place_stone", state({ inventory: { wood: 1 } })));
  assert(!invalid("make_wood_pickaxe", state({ inventory: { wood: 2, wood_pickaxe: 1 } })));
  assert(!invalid("do", state({ vitals: { drink: 1 } })));
  assert(!invalid("do", state({ achievements: { defeat_zombie: 1 } })));
  assert(!invalid("noop", state()));
  assert(!invalid("dance", state()));
});

Deno.test("CRAFTER_ACTION_RULES cover every action of Crafter but waiting and sleeping", () => {
  const ruled = CRAFTER_ACTION_RULES.flatMap(({ actions }) => actions);
  assert.deepEqual(
    CRAFTER_ACTIONS.filter((action) => !ruled.includes(action)),
    ["noop", "sleep"],
  );
  assert(ruled.every((action) => CRAFTER_ACTIONS.includes(action)));
});

Deno.test("InvalidActionHook takes rules as data and does not judge what it cannot see", () => {
  const rules: ActionRule[] = [{
    actions: ["open"],
    effects: [{ paths: ["door.open", "open"], change: "any" }],
    expected: "the door opens",
  }, {
    actions: ["jump"],
    effects: [{ paths: ["height"], change: "increase" }],
    expected: "it goes up",
  }];
  const hook = new InvalidActionHook({ rules });
  const invalid = (before: unknown, after: unknown, ...actions: string[]) =>
    transition(hook, before, after, actions).length === 2;
  const closed = { door: { open: false } };
  assert(invalid(closed, closed, "open"));
  assert(!invalid(closed, { door: { open: true } }, "open"));
  assert(!invalid({ x: 1 }, { x: 1 }, "open"), "a state without a door");
  assert(!invalid(closed, closed, "move_left"), "an action without a rule");
  assert(invalid(closed, closed, "open", "open"));
  const high = (open: boolean, height: number) => ({ door: { open }, height });
  for (const actions of [["open", "jump"], ["jump", "open"]]) {
    assert(!invalid(high(false, 1), high(true, 1), ...actions), "one of several worked");
    assert(invalid(high(false, 1), high(false, 1), ...actions), "none of several worked");
  }
  const own = new InvalidActionHook({ rules, actionsOf: () => ["open"] });
  assert.equal(transition(own, closed, closed).length, 2);
});
