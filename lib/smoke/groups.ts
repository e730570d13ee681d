import type { ProbeGroup } from "./probe.ts";

/** The groups of probes in the order they run, as people read them. */
export const GROUP_TITLES: Readonly<Record<ProbeGroup, string>> = {
  A: "Server and identity",
  B: "Plain generation",
  C: "Context",
  D: "Tools",
  E: "Speed and resources",
};

/** Things by group, in the order of the groups; groups without any are left out. */
export function byGroup<T extends { readonly group: ProbeGroup }>(
  things: readonly T[],
): readonly { readonly group: ProbeGroup; readonly title: string; readonly items: readonly T[] }[] {
  return (Object.entries(GROUP_TITLES) as [ProbeGroup, string][])
    .map(([group, title]) => ({ group, title, items: things.filter((one) => one.group === group) }))
    .filter(({ items }) => items.length > 0);
}
