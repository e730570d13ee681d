import type { ToolOutcome } from "../tools/mod.ts";
import type { AgentCall } from "./events.ts";

/** A way of going in circles. */
export type RepeatKind =
  | "same_call"
  | "same_result"
  | "cycle"
  | "same_text"
  | "no_progress";

/** What is to be done about it. */
export interface Repeat {
  readonly kind: RepeatKind;
  /** What the model is told. */
  readonly advice: string;
  /** Advice has been given before and did not help: the run ends. */
  readonly stop: boolean;
}

/** The same call may be meant twice, to look again; a third time it is not run. */
const SAME_CALLS = 3;

/** Calls by turns (A B A B A B) of up to this many different ones. */
const LONGEST_CYCLE = 3;
const CYCLES = 3;

/** Answers without a call that say the same. */
const SAME_TEXTS = 2;

/** Calls that fail or show nothing new before the model is told so. */
const FRUITLESS_CALLS = 8;

interface Seen {
  readonly key: string;
  readonly result: string;
}

/**
 * Notices when a model goes in circles. Each way is told to the model once, in words that name
 * the way out; when it goes on all the same, the run ends.
 */
export class RepeatWatch {
  readonly #calls: Seen[] = [];
  readonly #texts: string[] = [];
  readonly #advised = new Set<RepeatKind>();
  readonly #results = new Set<string>();
  #fruitless = 0;

  /** Asked before a call runs; a repeat means that it is not run. */
  beforeCall(call: AgentCall): Repeat | undefined {
    const key = keyOf(call);
    const repeat = this.#repeatOf(call, key);
    // Not run, but tried: a model that goes on in its circle is told so at the very next call.
    if (repeat !== undefined) this.#calls.push({ key, result: this.#calls.at(-1)?.result ?? "" });
    return repeat;
  }

  #repeatOf(call: AgentCall, key: string): Repeat | undefined {
    const before = this.#calls.toReversed();
    let same = 0;
    while (before[same]?.key === key) same++;
    if (same + 1 >= SAME_CALLS) {
      const unchanged = before.slice(0, same).every(({ result }) => result === before[0]?.result);
      return unchanged
        ? this.#repeat(
          "same_result",
          `You have called ${call.name} with the same arguments ${same} times and got the same result. It is above. Use it, or call something else.`,
        )
        : this.#repeat(
          "same_call",
          `You have called ${call.name} with the same arguments ${same} times in a row. Do the next thing instead.`,
        );
    }
    const cycle = this.#cycleWith(key);
    return cycle === undefined ? undefined : this.#repeat(
      "cycle",
      `You repeat the same ${cycle} calls in turn. Say what you are missing, then do something that you have not done yet.`,
    );
  }

  /** Told after a call ran. */
  afterCall(call: AgentCall, outcome: ToolOutcome): Repeat | undefined {
    const result = outcome.ok ? outcome.result.text : JSON.stringify(outcome.failure);
    this.#calls.push({ key: keyOf(call), result });
    const fresh = outcome.ok && !this.#results.has(result);
    this.#results.add(result);
    this.#fruitless = fresh ? 0 : this.#fruitless + 1;
    if (this.#fruitless < FRUITLESS_CALLS) return undefined;
    this.#fruitless = 0;
    return this.#repeat(
      "no_progress",
      `The last ${FRUITLESS_CALLS} calls failed or showed nothing new. Try another way, or finish and say what is in the way.`,
    );
  }

  /** Told when a turn held no call and did not end the run. */
  afterText(text: string): Repeat | undefined {
    const plain = text.trim().replaceAll(/\s+/g, " ");
    const same = this.#texts.filter((earlier) => earlier === plain).length + 1;
    this.#texts.push(plain);
    return same < SAME_TEXTS
      ? undefined
      : this.#repeat("same_text", "You said the same before. Call a tool, or finish.");
  }

  #cycleWith(key: string): number | undefined {
    const keys = [...this.#calls.map((seen) => seen.key), key];
    for (let length = 2; length <= LONGEST_CYCLE; length++) {
      const tail = keys.slice(-length * CYCLES);
      const whole = tail.length === length * CYCLES;
      if (whole && tail.every((one, at) => one === tail[at % length])) return length;
    }
    return undefined;
  }

  #repeat(kind: RepeatKind, advice: string): Repeat {
    const stop = this.#advised.has(kind);
    this.#advised.add(kind);
    return { kind, advice, stop };
  }
}

/** Calls are the same when name and arguments are, whatever the order and the blanks of the JSON. */
function keyOf({ name, argumentsJson }: AgentCall): string {
  try {
    return `${name} ${sorted(JSON.parse(argumentsJson))}`;
  } catch {
    return `${name} ${argumentsJson}`; // No JSON at all: the tool will say so.
  }
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${sorted(item)}`).join(",")}}`;
}
