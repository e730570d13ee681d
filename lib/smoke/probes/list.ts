import { OwllmError } from "../../core/mod.ts";
import { didYouMean, nearest } from "../../core/mod.ts";
import type { Probe, ProbeTier } from "../probe.ts";
import { PROBES_AB } from "./list_ab.ts";
import { PROBES_C } from "./list_c.ts";
import { PROBES_D } from "./list_d.ts";
import { PROBES_E } from "./list_e.ts";

/** Every probe in the order in which they run. */
export const PROBES: readonly Probe[] = [...PROBES_AB, ...PROBES_C, ...PROBES_D, ...PROBES_E];

const TIER_RANK: Readonly<Record<ProbeTier, number>> = { quick: 0, standard: 1, deep: 2 };

/** The probes of a tier and of those before it. */
export function probesOfTier(tier: ProbeTier): readonly Probe[] {
  return PROBES.filter((probe) => TIER_RANK[probe.tier] <= TIER_RANK[tier]);
}

/**
 * The probes of these ids, in running order.
 *
 * @throws `usage` for an id that does not exist, with the nearest ones.
 */
export function probesById(ids: readonly string[]): readonly Probe[] {
  const known = PROBES.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    const near = nearest(id, known, 5);
    throw new OwllmError({
      code: "usage",
      message: `There is no probe "${id}"${didYouMean(id, known)}`,
      recoverySuggestion: near.length > 1
        ? `Nearest: ${near.join(", ")}`
        : "See them all: owllm smoke model --list",
    });
  }
  return PROBES.filter(({ id }) => ids.includes(id));
}
