/** A small deterministic world with the actions, items and achievements of Crafter. */

/** What a step answers. */
export interface GridStep {
  readonly observation: string;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** What a trace keeps of the world. */
export interface GridState {
  position: [number, number];
  inventory: Record<string, number>;
  achievements: Record<string, number>;
}

const MAP = [
  "#######",
  "#..T..#",
  "#..T.W#",
  "#S....#",
  "#######",
];

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  move_left: [-1, 0],
  move_right: [1, 0],
  move_up: [0, -1],
  move_down: [0, 1],
};

/** The world; its state is live and changes in place, as that of most worlds. */
export class GridWorld {
  readonly state: GridState = {
    position: [1, 1],
    inventory: { health: 9, food: 9, drink: 5, energy: 9, sapling: 0, wood: 0, stone: 0 },
    achievements: { collect_wood: 0, collect_drink: 0, place_table: 0, make_wood_pickaxe: 0 },
  };
  readonly #map = MAP.map((row) => [...row]);
  #facing: readonly [number, number] = [0, 1];
  #steps = 0;

  /** Does one action; an unknown one throws. */
  step(action: string): GridStep {
    const before = Object.values(this.state.achievements).filter((n) => n > 0).length;
    this.#steps++;
    this.#act(action);
    const after = Object.values(this.state.achievements).filter((n) => n > 0).length;
    return {
      observation: this.observe(),
      reward: after - before,
      terminated: this.state.achievements["make_wood_pickaxe"] === 1,
      truncated: this.#steps >= 100,
    };
  }

  /** The world as a model reads it. */
  observe(): string {
    const [x, y] = this.state.position;
    const { wood, drink } = this.state.inventory;
    return `at ${x},${y} before ${this.#tile(this.#ahead())}; wood ${wood}, drink ${drink}`;
  }

  #act(action: string): void {
    const move = MOVES[action];
    if (move !== undefined) return this.#move(move);
    switch (action) {
      case "noop":
        return;
      case "do":
        return this.#collect();
      case "place_table":
        return this.#place();
      case "make_wood_pickaxe":
        return this.#make();
      default:
        throw new RangeError(`Unknown action "${action}"`);
    }
  }

  #move(direction: readonly [number, number]): void {
    this.#facing = direction;
    const [x, y] = this.#ahead();
    if (this.#tile([x, y]) === ".") this.state.position = [x, y];
  }

  #collect(): void {
    const ahead = this.#ahead();
    if (this.#tile(ahead) === "T") {
      this.#add("wood", 1);
      this.#setTile(ahead, ".");
      this.#unlock("collect_wood");
    } else if (this.#tile(ahead) === "W") {
      this.#add("drink", 1);
      this.#unlock("collect_drink");
    }
  }

  #place(): void {
    const ahead = this.#ahead();
    if (this.#tile(ahead) !== "." || (this.state.inventory["wood"] ?? 0) < 1) return;
    this.#add("wood", -1);
    this.#setTile(ahead, "B");
    this.#unlock("place_table");
  }

  #make(): void {
    if (this.#tile(this.#ahead()) !== "B" || (this.state.inventory["wood"] ?? 0) < 1) return;
    this.#add("wood", -1);
    this.#add("wood_pickaxe", 1);
    this.#unlock("make_wood_pickaxe");
  }

  #ahead(): [number, number] {
    const [x, y] = this.state.position;
    return [x + this.#facing[0], y + this.#facing[1]];
  }

  #tile([x, y]: readonly [number, number]): string {
    return this.#map[y]?.[x] ?? "#";
  }

  #setTile([x, y]: readonly [number, number], tile: string): void {
    const row = this.#map[y];
    if (row !== undefined) row[x] = tile;
  }

  #add(item: string, count: number): void {
    this.state.inventory[item] = (this.state.inventory[item] ?? 0) + count;
  }

  #unlock(name: string): void {
    this.state.achievements[name] = (this.state.achievements[name] ?? 0) + 1;
  }
}

/** A way through the world: wood, a table, a wall, water, an action that does not exist, a pickaxe. */
export const GRID_PLAN: readonly string[] = [
  "move_up",
  "move_right",
  "move_right",
  "do",
  "move_right",
  "move_down",
  "do",
  "fly",
  "move_right",
  "do",
  "place_table",
  "move_down",
  "move_right",
  "do",
  "move_up",
  "move_right",
  "make_wood_pickaxe",
];
