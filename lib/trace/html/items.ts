import type { SessionEventMessage, SessionTrace, Timestep, TraceEvent } from "../events.ts";
import type { StoredSpan, StoredTrace } from "../store/load.ts";

/** Something that happened in a session, with its place on the axis of time. */
export type PageItem =
  & {
    /** Seconds since 1970, UTC. */
    readonly start: number;
    readonly ms: number | null;
    readonly spanId: string | null;
    readonly parentId: string | null;
    readonly step: number | null;
  }
  & (
    | { readonly of: "event"; readonly event: TraceEvent }
    | { readonly of: "message"; readonly message: SessionEventMessage }
    | { readonly of: "span"; readonly span: StoredSpan }
  );

/** An item, a step or the session, and how deep it stands in the tree. */
export type Placed =
  & { readonly depth: number }
  & (
    | { readonly session: SessionTrace; readonly step?: never; readonly item?: never }
    | { readonly step: Timestep; readonly session?: never; readonly item?: never }
    | { readonly item: PageItem; readonly session?: never; readonly step?: never }
  );

/**
 * The whole trace in the order in which it is shown: the session, its steps, in each step what
 * happened, and inside of a span what it was around. Siblings stand by their beginning.
 */
export function placeAll({ session, spans }: StoredTrace): Placed[] {
  const items = [
    ...session.event_history.map(eventItem),
    ...session.message_history.map(messageItem),
    ...spans.map((span) => spanItem(span, session.created_at)),
  ];
  const known = new Set(session.time_steps.map(({ step_index }) => step_index));
  const ofStep = Map.groupBy(
    items,
    ({ step }) => step !== null && known.has(step) ? step : undefined,
  );
  const placed: Placed[] = [{ depth: 0, session }];
  const top = [
    ...session.time_steps.map((step) => ({ start: step.started_at, step })),
    ...nest(ofStep.get(undefined) ?? [], 1).reduce<Group[]>(intoGroups, []),
  ].sort((a, b) => a.start - b.start);
  for (const one of top) {
    if ("step" in one) {
      const inside = nest(ofStep.get(one.step.step_index) ?? [], 2);
      placed.push({ depth: 1, step: one.step }, ...inside);
    } else placed.push(...one.placed);
  }
  return placed;
}

type PlacedItem = Extract<Placed, { readonly item: PageItem }>;

/** An item outside of steps with all that is inside of it. */
interface Group {
  readonly start: number;
  readonly placed: PlacedItem[];
}

function intoGroups(groups: Group[], one: PlacedItem): Group[] {
  if (one.depth === 1) groups.push({ start: one.item.start, placed: [one] });
  else groups.at(-1)?.placed.push(one);
  return groups;
}

/** Puts each item under the one that was around it. */
function nest(items: readonly PageItem[], depth: number): PlacedItem[] {
  const sorted = items.toSorted((a, b) => a.start - b.start);
  const spans = new Set(sorted.flatMap(({ spanId }) => spanId ?? []));
  const parentOf = ({ parentId, spanId }: PageItem) =>
    parentId !== null && parentId !== spanId && spans.has(parentId) ? parentId : undefined;
  const inside = Map.groupBy(sorted, parentOf);
  const placed: PlacedItem[] = [];
  const done = new Set<PageItem>();
  const visit = (root: PageItem) => {
    // A list instead of calls: foreign spans may be nested deeper than the stack.
    const waiting = [{ item: root, depth }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (done.has(next.item)) continue;
      done.add(next.item);
      placed.push(next);
      const { spanId } = next.item;
      const children = spanId === null ? [] : inside.get(spanId) ?? [];
      for (const item of children.toReversed()) waiting.push({ item, depth: next.depth + 1 });
    }
  };
  (inside.get(undefined) ?? []).forEach(visit);
  // Spans of others may name each other as their parents; such a ring hangs on nothing.
  sorted.forEach((item) => done.has(item) || visit(item));
  return placed;
}

function eventItem(event: TraceEvent): PageItem {
  // An event's time is its end.
  const start = event.time_record.event_time - (event.latency_ms ?? 0) / 1000;
  return {
    of: "event",
    event,
    start,
    ms: event.latency_ms,
    spanId: event.span_id,
    parentId: event.parent_span_id,
    step: event.step_index,
  };
}

function messageItem(message: SessionEventMessage): PageItem {
  const start = message.time_record.event_time;
  const step = message.step_index;
  return { of: "message", message, start, ms: null, spanId: null, parentId: null, step };
}

function spanItem(span: StoredSpan, unknown: number): PageItem {
  const { started_at, latency_ms, span_id, parent_span_id } = span.body;
  return {
    of: "span",
    span,
    start: typeof started_at === "number" ? started_at : unknown,
    ms: typeof latency_ms === "number" ? latency_ms : null,
    spanId: typeof span_id === "string" ? span_id : null,
    parentId: typeof parent_span_id === "string" ? parent_span_id : null,
    step: span.step_index,
  };
}
