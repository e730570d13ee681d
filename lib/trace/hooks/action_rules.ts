import type { Json } from "../events.ts";
import { firstAt } from "./trace_state_hook.ts";

/** A change of the state by which an action shows that it worked. */
export interface ActionEffect {
  /** Where the state has the thing; the first path that exists counts. */
  readonly paths: readonly string[];
  /** Of an object these fields only; all when left out. */
  readonly fields?: readonly string[];
  readonly change: "any" | "increase" | "decrease";
}

/** What some actions should do. */
export interface ActionRule {
  readonly actions: readonly string[];
  /** One of these is enough. */
  readonly effects: readonly ActionEffect[];
  /** The effect in words: "the position changes". */
  readonly expected: string;
}

/** Whether a state shows an effect; undefined when it has nothing to tell it by. */
export function hasEffect(effect: ActionEffect, before: Json, after: Json): boolean | undefined {
  const from = firstAt(before, effect.paths);
  const to = firstAt(after, effect.paths);
  if (from === undefined || to === undefined) return undefined;
  if (!isFields(from) || !isFields(to)) return changed(from, to, effect.change);
  const fields = effect.fields ?? [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return fields.some((field) => changed(from[field] ?? 0, to[field] ?? 0, effect.change));
}

function changed(from: Json, to: Json, change: ActionEffect["change"]): boolean {
  if (change === "any") return JSON.stringify(from) !== JSON.stringify(to);
  if (typeof from !== "number" || typeof to !== "number") return false;
  return change === "increase" ? to > from : to < from;
}

function isFields(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const POSITION = ["position", "player_position", "player_pos", "info.player_pos"];
const INVENTORY = ["inventory", "info.inventory"];

/** Without health and energy, which rise and fall by themselves. */
const MATERIALS = ["sapling", "wood", "stone", "coal", "iron", "diamond"];

function placing(item: string, cost: string): ActionRule {
  return {
    actions: [`place_${item}`],
    effects: [{ paths: INVENTORY, fields: [cost], change: "decrease" }],
    expected: `${cost} is used up`,
  };
}

function making(tool: string): ActionRule {
  return {
    actions: [`make_${tool}`],
    // The count of a tool stops at nine; what it is made of is used up all the same.
    effects: [{ paths: INVENTORY, fields: [tool, ...MATERIALS], change: "any" }],
    expected: `${tool} is made`,
  };
}

const KINDS_OF_TOOLS = ["wood", "stone", "iron"].flatMap((
  material,
) => [`${material}_pickaxe`, `${material}_sword`]);

/** The actions of Crafter that should be seen in its state; waiting and sleeping need not be. */
export const CRAFTER_ACTION_RULES: readonly ActionRule[] = [
  {
    actions: ["move_left", "move_right", "move_up", "move_down"],
    effects: [{ paths: POSITION, change: "any" }],
    expected: "the position changes",
  },
  {
    // A hit that does not defeat its creature leaves no trace in such a state: it reads as invalid.
    actions: ["do"],
    effects: [
      { paths: INVENTORY, fields: [...MATERIALS, "food", "drink"], change: "increase" },
      { paths: ["achievements", "achievements_status", "info.achievements"], change: "any" },
    ],
    expected: "something is collected, eaten, drunk or defeated",
  },
  placing("stone", "stone"),
  placing("table", "wood"),
  placing("furnace", "stone"),
  placing("plant", "sapling"),
  ...KINDS_OF_TOOLS.map(making),
];

/** The names of Crafter's actions by their number. */
export const CRAFTER_ACTIONS: readonly string[] = [
  "noop",
  "move_left",
  "move_right",
  "move_up",
  "move_down",
  "do",
  "sleep",
  "place_stone",
  "place_table",
  "place_furnace",
  "place_plant",
  "make_wood_pickaxe",
  "make_stone_pickaxe",
  "make_iron_pickaxe",
  "make_wood_sword",
  "make_stone_sword",
  "make_iron_sword",
];
