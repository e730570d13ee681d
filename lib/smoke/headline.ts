import { formatBytes } from "../core/mod.ts";
import type { ProbeReport, SmokeReport } from "./report.ts";

/** The measured fact of a probe that people want to see beside its mark; the first that is there. */
const HEADLINES: Readonly<Record<string, readonly string[]>> = {
  "srv.kind": ["version"],
  "meta.quant": ["quantization", "bits"],
  "ctx.declared": ["loaded_tokens"],
  "ctx.real": ["real_tokens"],
  "ctx.kv_reuse": ["step_cost_s", "second_prefill_ms"],
  "perf.cold": ["load_ms"],
  "perf.ttft": ["ttft_ms"],
  "perf.tps": ["decode_tok_s"],
  "perf.spill": ["gpu_percent"],
  "perf.keepalive": ["keep_alive_s"],
  "perf.cancel": ["free_after_ms"],
  "perf.stall": ["longest_gap_ms"],
  "emb.basic": ["dimensions"],
};

/** `12,345`. */
export function formatCount(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** A duration for people: `85 ms`, `2.1 s`, `3 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A measured fact with the unit that its name carries: `prefill_tok_s` 138.24 -> `138 tok/s`. */
export function formatMeasured(key: string, value: string | number | boolean | null): string {
  if (value === null) return "unknown";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (key.endsWith("_tok_s")) return `${formatRate(value)} tok/s`;
  if (key.endsWith("_mb_s")) return `${formatRate(value)} MB/s`;
  if (key.endsWith("_ms")) return formatMs(value);
  if (key.endsWith("_s")) return formatMs(value * 1000);
  if (key.endsWith("_bytes")) return formatBytes(value);
  if (/_(percent|pct)$/.test(key)) return `${round(value)} %`;
  if (/(^|_)tokens$/.test(key)) return `${formatCount(value)} tokens`;
  return Number.isInteger(value) ? formatCount(value) : String(round(value));
}

/** The name of a measured fact without its unit: `prefill_tok_s` -> `prefill`. */
export function formatLabel(key: string): string {
  return key.replace(/(?<=.)_(tok_s|mb_s|ms|s|bytes|percent|pct|tokens)$/, "").replaceAll("_", " ");
}

/** The one fact that matters of a probe; empty when it measured none. */
export function headline({ id, measured }: Pick<ProbeReport, "id" | "measured">): string {
  const { k, n } = measured;
  if (typeof k === "number" && typeof n === "number") return `${k} of ${n}`;
  const key = HEADLINES[id]?.find((one) => measured[one] !== undefined && measured[one] !== null);
  return key === undefined ? "" : formatMeasured(key, measured[key] ?? null);
}

/** A line of the table of what matters. */
export interface KeyFact {
  readonly label: string;
  /** What was measured, or why there is nothing. */
  readonly value: string;
  readonly known: boolean;
  /** The worst status of the probes it comes from; `skip` when none judged it. */
  readonly status: ProbeReport["status"];
}

interface FactSource {
  readonly label: string;
  readonly probe: string;
  /** The probe's tier, for the words that say how to get what was not measured. */
  readonly tier: "quick" | "standard";
  readonly keys: readonly string[];
  /** Said, not judged: it takes no colour from its probe. */
  readonly neutral?: true;
}

const FACTS: readonly FactSource[] = [
  {
    label: "Context declared",
    probe: "ctx.declared",
    tier: "quick",
    keys: ["declared_tokens"],
    neutral: true,
  },
  { label: "Context loaded", probe: "ctx.declared", tier: "quick", keys: ["loaded_tokens"] },
  { label: "Context real", probe: "ctx.real", tier: "quick", keys: ["real_tokens"] },
  { label: "Cold load", probe: "perf.cold", tier: "standard", keys: ["load_ms"] },
  { label: "First token", probe: "perf.ttft", tier: "quick", keys: ["ttft_ms"] },
  { label: "Prefill", probe: "perf.ttft", tier: "quick", keys: ["prefill_tok_s"] },
  { label: "Decode", probe: "perf.tps", tier: "quick", keys: ["decode_tok_s"] },
  { label: "On the GPU", probe: "perf.spill", tier: "quick", keys: ["gpu_percent"] },
];

/** What matters of a run, in the order in which people ask for it; every row is always there. */
export function keyFacts(report: Pick<SmokeReport, "probes" | "profile">): KeyFact[] {
  const facts = FACTS.map(({ label, probe: id, tier, keys, neutral }): KeyFact => {
    const probe = report.probes.find((one) => one.id === id);
    const key = keys.find((one) => probe?.measured[one] != null);
    if (probe !== undefined && key !== undefined) {
      const measured = formatMeasured(key, probe.measured[key] ?? null);
      // A green probe proved the sizes it sent; only a red one found the end.
      const proved = key === "real_tokens" && probe.status === "pass";
      const value = proved ? `at least ${measured}` : measured;
      return { label, value, known: true, status: neutral ? "pass" : probe.status };
    }
    const value = probe === undefined
      ? tier === "standard" ? "not measured (--full does)" : "not measured"
      : probe.status === "skip"
      ? probe.diagnosis ?? "not judged"
      : "not told by the server";
    return { label, value, known: false, status: probe?.status ?? "skip" };
  });
  return [...facts, toolMode(report)];
}

/** The tool modes of a profile in words. */
export const TOOL_MODES: Readonly<Record<string, string>> = {
  native: "native calls",
  constrained_json: "calls as schema-constrained JSON",
  recovered_text: "calls recovered from text",
  none: "no tool calls",
};

function toolMode({ probes, profile }: Pick<SmokeReport, "probes" | "profile">): KeyFact {
  const mode = profile?.["tool_mode"];
  const statuses = probes.filter(({ id }) => id === "tool.one" || id === "tool.in_content");
  const worst = (["fail", "warn", "pass"] as const)
    .find((status) => statuses.some((one) => one.status === status)) ?? "skip";
  return typeof mode === "string"
    ? { label: "Tools", value: TOOL_MODES[mode] ?? mode, known: true, status: worst }
    : { label: "Tools", value: "not measured", known: false, status: worst };
}

function formatRate(value: number): string {
  return value >= 100 ? formatCount(value) : String(round(value));
}

/** Three digits that mean something: 138.24 -> 138, 8.137 -> 8.1. */
function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}
