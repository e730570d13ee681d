import type { ProbeStatus } from "./probe.ts";

/**
 * What a cure changes for an agent, biggest first: without a server or an answer nothing works;
 * a context that is cut loses the system prompt and the tools first (ollama#4967) and looks like
 * "cannot call tools", so it goes before tools; speed comes after what is wrong.
 */
const EFFECT: readonly RegExp[] = [
  /^(srv\.reach|model\.exists|gen\.basic)$/,
  /^(srv\.kind|err\.)/,
  /^ctx\.(declared|real)$/,
  /^meta\.caps$/,
  /^ctx\./,
  /^tool\.(one|in_content|result|stream)$/,
  /^tool\./,
  /^gen\.(think_leak|special|system|roles|schema)$/,
  /^gen\./,
  /^perf\.(spill|parallel|cancel)$/,
  /^perf\./,
];

/** One line of fix, and the probes that asked for it. */
export interface RankedFix {
  readonly fix: string;
  readonly probes: readonly string[];
  /** `fail` when one of the probes failed. */
  readonly status: "fail" | "warn";
}

/** The part of a probe's result that {@linkcode rankFixes} reads. */
export interface FixCandidate {
  readonly id: string;
  readonly status: ProbeStatus;
  readonly fix: string | null;
}

/** The fixes in order of effect, failures before warnings, equal lines merged into one. */
export function rankFixes(probes: readonly FixCandidate[]): RankedFix[] {
  const wanted = probes
    .flatMap(({ id, status, fix }) =>
      fix !== null && (status === "fail" || status === "warn")
        ? [{ id, status, fix: fix.trim(), rank: rankOf(id) }]
        : []
    )
    .sort((a, b) => severity(a.status) - severity(b.status) || a.rank - b.rank);
  const merged = new Map<string, RankedFix>();
  for (const { id, status, fix } of wanted) {
    const known = merged.get(fix);
    merged.set(
      fix,
      known === undefined
        ? { fix, probes: [id], status }
        : { ...known, probes: [...known.probes, id] },
    );
  }
  return [...merged.values()];
}

function rankOf(id: string): number {
  const rank = EFFECT.findIndex((pattern) => pattern.test(id));
  return rank < 0 ? EFFECT.length : rank;
}

function severity(status: "fail" | "warn"): number {
  return status === "fail" ? 0 : 1;
}
