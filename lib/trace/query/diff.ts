import type { TraceSessionRecord, TracesTable } from "../../state/mod.ts";
import { align, type Alignable, type AlignedPair } from "./align.ts";
import { changesOf, fingerprintOf, type TraceChange } from "./changes.ts";
import type { TraceItem } from "./items.ts";
import { type OutlineItem, outlineOf, type OutlinePart, type OutlineStep } from "./outline.ts";

/** What something took, in one session. */
export interface Cost {
  readonly ms: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** An event of one session beside its counterpart in the other; null where there is none. */
export interface ItemDiff {
  readonly kind: TraceItem["kind"];
  readonly name: string;
  readonly a: TraceItem | null;
  readonly b: TraceItem | null;
  /** Empty where both did the same, and where one has no counterpart. */
  readonly changes: readonly TraceChange[];
}

/** Where a step stands in its session; null index for what is outside of steps. */
export interface StepPlace extends Cost {
  readonly step_index: number | null;
  readonly step_id: string;
}

/** A step beside its counterpart; null where there is none. */
export interface StepDiff {
  readonly a: StepPlace | null;
  readonly b: StepPlace | null;
  readonly same: boolean;
  readonly items: readonly ItemDiff[];
}

/** Two sessions beside each other. */
export interface TraceDiff {
  /** Where they first part, as positions in `steps` and its `items`; null: they never do. */
  readonly first_divergence: { readonly step: number; readonly item: number | null } | null;
  readonly steps: readonly StepDiff[];
  readonly a: Cost;
  readonly b: Cost;
  /** True where they were too long for every step to be compared with every other. */
  readonly approximate: boolean;
}

/** Of each text so much is read: arguments that are longer are compared as texts. */
const MAX_TEXT = 100_000;

/**
 * Puts two sessions beside each other: steps by the kinds and tools of their events, then the
 * events of each pair of steps, and tells what differs besides times and token counts.
 */
export function diffTraces(
  traces: TracesTable,
  a: TraceSessionRecord,
  b: TraceSessionRecord,
): TraceDiff {
  const sides = [a, b].map((record) =>
    groupsOf(outlineOf(traces, record, { characters: MAX_TEXT }).parts)
  );
  const [groupsA = [], groupsB = []] = sides;
  const { pairs, approximate } = align(groupsA, groupsB, likeness);
  const aligned = pairs.map(stepDiff);
  const steps = aligned.map(({ step }) => step);
  return {
    first_divergence: firstDivergence(steps),
    steps,
    a: sessionCost(a),
    b: sessionCost(b),
    approximate: approximate || aligned.some((one) => one.approximate),
  };
}

/** A step, or events outside of steps that follow each other. */
interface Group extends Alignable {
  readonly place: StepPlace;
  readonly items: readonly Item[];
}

interface Item extends Alignable {
  readonly item: TraceItem;
}

function groupsOf(parts: readonly OutlinePart[]): Group[] {
  const groups: { readonly step: OutlineStep | undefined; readonly items: OutlineItem[] }[] = [];
  for (const { step, item } of parts) {
    const last = groups.at(-1);
    if (step !== undefined) groups.push({ step, items: [...step.items] });
    else if (last !== undefined && last.step === undefined) last.items.push(item);
    else groups.push({ step: undefined, items: [item] });
  }
  return groups.map(({ step, items }) => groupOf(step, items.flatMap(withInner)));
}

function withInner(item: OutlineItem): TraceItem[] {
  const { children, ...own } = item;
  return [own, ...children.flatMap(withInner)];
}

function groupOf(step: OutlineStep | undefined, flat: readonly TraceItem[]): Group {
  const items = flat.map((item): Item => ({
    item,
    signature: keyOf(item),
    fingerprint: `${keyOf(item)} ${fingerprintOf(item)}`,
  }));
  const sum = (of: (item: TraceItem) => number | null) =>
    flat.reduce((total, item) => total + (of(item) ?? 0), 0);
  return {
    place: {
      step_index: step?.step_index ?? null,
      step_id: step?.step_id ?? "",
      ms: step === undefined ? sum((item) => item.duration_ms) : step.duration_ms ?? 0,
      input_tokens: sum((item) => item.input_tokens),
      output_tokens: sum((item) => item.output_tokens),
    },
    items,
    signature: JSON.stringify([step === undefined, ...items.map((item) => item.signature)]),
    fingerprint: JSON.stringify([step === undefined, ...items.map((item) => item.fingerprint)]),
  };
}

/** Kind and tool. Another model in the same place is the same event with another model. */
function keyOf({ kind, name }: TraceItem): string {
  return kind === "cais" ? kind : `${kind} ${name}`;
}

/** How much two steps have in common: twice the common events by all events (Dice), up to 90. */
function likeness(a: Group, b: Group): number {
  if ((a.place.step_index === null) !== (b.place.step_index === null)) return 0;
  if (a.signature === b.signature) return 90;
  const counts = new Map<string, number>();
  for (const { signature } of a.items) counts.set(signature, (counts.get(signature) ?? 0) + 1);
  let common = 0;
  for (const { signature } of b.items) {
    const left = counts.get(signature) ?? 0;
    if (left > 0) common++;
    counts.set(signature, left - 1);
  }
  const dice = 2 * common / (a.items.length + b.items.length);
  return dice < 0.5 ? 0 : Math.round(dice * 80);
}

function stepDiff(
  [a, b]: AlignedPair<Group>,
): { readonly step: StepDiff; readonly approximate: boolean } {
  const { pairs, approximate } = align(
    a?.items ?? [],
    b?.items ?? [],
    (one, other) => one.signature === other.signature ? 50 : 0,
  );
  const items = pairs.map(itemDiff);
  const same = a !== null && b !== null && items.every(isSame);
  return { step: { a: a?.place ?? null, b: b?.place ?? null, same, items }, approximate };
}

function itemDiff([a, b]: AlignedPair<Item>): ItemDiff {
  const { kind, name } = (a ?? b).item;
  const changes = a === null || b === null || a.fingerprint === b.fingerprint
    ? []
    : changesOf(a.item, b.item);
  return { kind, name, a: a?.item ?? null, b: b?.item ?? null, changes };
}

function isSame({ a, b, changes }: ItemDiff): boolean {
  return a !== null && b !== null && changes.length === 0;
}

function firstDivergence(steps: readonly StepDiff[]): TraceDiff["first_divergence"] {
  const step = steps.findIndex(({ same }) => !same);
  if (step < 0) return null;
  const item = steps[step]?.items.findIndex((one) => !isSame(one)) ?? -1;
  return { step, item: item < 0 ? null : item };
}

function sessionCost(record: TraceSessionRecord): Cost {
  const { createdUs, endedUs, updatedUs, inputTokens, outputTokens } = record;
  return {
    ms: Math.max(0, (endedUs ?? updatedUs) - createdUs) / 1000,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  };
}
