import type { Json } from "../events.ts";
import { firstDifference, shown } from "./values.ts";

/** What a difference is about: one entry for each point of the checklist. */
export type DifferenceKind =
  | "session"
  | "turn"
  | "event"
  | "message"
  | "order"
  | "parent"
  | "time"
  | "state"
  | "metadata"
  | "field"
  | "error"
  | "cost";

/** One difference between a manual and a decorated trace. */
export interface TraceDifference {
  readonly kind: DifferenceKind;
  /** The record that it is about, e.g. `event 3 (cais of "agent:coder", in step "turn_1")`. */
  readonly where: string;
  /** One sentence. */
  readonly message: string;
}

/** Collects differences as sentences of one form. */
export class Differences {
  readonly found: TraceDifference[] = [];

  /** Notes a difference; the sentence goes on after what it is about. */
  add(kind: DifferenceKind, where: string, sentence: string): void {
    const subject = where.charAt(0).toUpperCase() + where.slice(1);
    this.found.push({ kind, where, message: `${subject} ${sentence}` });
  }

  /** Notes where two values differ first. */
  compare(
    kind: DifferenceKind,
    where: string,
    what: string,
    manual: Json | undefined,
    decorated: Json | undefined,
    subset = false,
  ): void {
    const difference = firstDifference(manual, decorated, subset);
    if (difference === undefined) return;
    const at = difference.path === "" ? "" : ` at "${difference.path}"`;
    const values = `${shown(difference.manual)} in the manual trace, ` +
      `${shown(difference.decorated)} in the decorated one`;
    this.add(kind, where, `has another ${what}${at}: ${values}`);
  }
}
