import type { EventFields } from "../new_events.ts";

/** Counts that several contributions to one event add up to. */
const SUMS = ["input_tokens", "output_tokens", "total_tokens", "cost_usd", "reward"] as const;

/** Fields of one event from two sources: counts add up, lists follow each other, the later wins. */
export function mergeFields(first: EventFields, later: EventFields): EventFields {
  const merged: Record<string, unknown> = { ...overlayFields(first, later) };
  for (const name of SUMS) {
    const sum = (first[name] ?? 0) + (later[name] ?? 0);
    if (first[name] != null && later[name] != null) merged[name] = sum;
  }
  if (first.call_records !== undefined && later.call_records !== undefined) {
    merged["call_records"] = [...first.call_records, ...later.call_records];
  }
  if (first.metadata !== undefined && later.metadata !== undefined) {
    merged["metadata"] = { ...first.metadata, ...later.metadata };
  }
  return merged;
}

/** The later source wins; what is unknown there does not wipe out what the first one knows. */
export function overlayFields(first: EventFields, later: EventFields): EventFields {
  const known = Object.entries(later).filter(([, value]) => value !== undefined && value !== null);
  return { ...first, ...Object.fromEntries(known) };
}
