import type { SessionEventMessage, SessionTrace, TraceEvent } from "../events.ts";

/** An event or a message, with what it is called in sentences. */
export type TraceRecord =
  | { readonly kind: "event"; readonly record: TraceEvent; readonly key: string }
  | { readonly kind: "message"; readonly record: SessionEventMessage; readonly key: string };

/** A record of the manual trace and its equivalent. */
export interface Pair {
  readonly manual: TraceRecord;
  readonly decorated: TraceRecord;
}

/** Which records are equivalents, and which have none. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly lost: readonly TraceRecord[];
  readonly extra: readonly TraceRecord[];
}

/** Whether two records of one key say the same. */
export type SameRecord = (manual: TraceRecord, decorated: TraceRecord) => boolean;

/** All records of a trace in their order. */
export function recordsOf(trace: SessionTrace): TraceRecord[] {
  const events = trace.event_history.map((record): TraceRecord => ({
    kind: "event",
    record,
    key: `${record.event_type} of "${record.system_instance_id}"`,
  }));
  const messages = trace.message_history.map((record): TraceRecord => ({
    kind: "message",
    record,
    key: `"${record.message_type}" from "${record.source_id}" to "${record.target_id}"`,
  }));
  return [...events, ...messages].toSorted((a, b) => a.record.seq - b.record.seq);
}

/**
 * Finds the equivalents: records of one key within one step, in their order. Where their number
 * differs, those that say the same find each other first, so that one lost record is one
 * difference. What is left looks for an equivalent in other steps.
 */
export function pairRecords(
  manual: readonly TraceRecord[],
  decorated: readonly TraceRecord[],
  same: SameRecord,
): Pairing {
  const inStep = (of: TraceRecord) => `${of.record.step_index} ${of.key}`;
  const near = pairBy(inStep, manual, decorated, same);
  const far = pairBy(({ key }) => key, near.lost, near.extra, same);
  return { ...far, pairs: [...near.pairs, ...far.pairs].toSorted(bySeq) };
}

function bySeq(a: Pair, b: Pair): number {
  return a.manual.record.seq - b.manual.record.seq;
}

function pairBy(
  group: (of: TraceRecord) => string,
  manual: readonly TraceRecord[],
  decorated: readonly TraceRecord[],
  same: SameRecord,
): Pairing {
  const found = Map.groupBy(decorated, group);
  const pairs: Pair[] = [];
  const lost: TraceRecord[] = [];
  const extra: TraceRecord[] = [];
  for (const [key, wanted] of Map.groupBy(manual, group)) {
    const paired = pairAlike(wanted, found.get(key) ?? [], same);
    found.delete(key);
    pairs.push(...paired.pairs);
    lost.push(...paired.lost);
    extra.push(...paired.extra);
  }
  return { pairs, lost, extra: [...extra, ...[...found.values()].flat()] };
}

function pairAlike(
  wanted: readonly TraceRecord[],
  found: readonly TraceRecord[],
  same: SameRecord,
): Pairing {
  if (wanted.length === found.length) {
    return { pairs: zip(wanted, found), lost: [], extra: [] };
  }
  const left = [...found];
  const unmet: TraceRecord[] = [];
  const pairs: Pair[] = [];
  for (const manual of wanted) {
    const at = left.findIndex((decorated) => same(manual, decorated));
    const [decorated] = at < 0 ? [] : left.splice(at, 1);
    if (decorated === undefined) unmet.push(manual);
    else pairs.push({ manual, decorated });
  }
  const rest = zip(unmet, left);
  return {
    pairs: [...pairs, ...rest],
    lost: unmet.slice(rest.length),
    extra: left.slice(rest.length),
  };
}

function zip(manual: readonly TraceRecord[], decorated: readonly TraceRecord[]): Pair[] {
  return manual.flatMap((one, i) => {
    const other = decorated[i];
    return other === undefined ? [] : [{ manual: one, decorated: other }];
  });
}
