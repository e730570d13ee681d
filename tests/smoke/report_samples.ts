import { deriveProfile } from "../../lib/smoke/mod.ts";
import type {
  ProbeGroup,
  ProbeResult,
  ProbeStatus,
  ReportedRun,
  SmokeReportStatus,
} from "../../lib/smoke/mod.ts";

const GROUPS: Readonly<Record<string, ProbeGroup>> = {
  srv: "A",
  model: "A",
  err: "A",
  meta: "A",
  api: "A",
  gen: "B",
  ctx: "C",
  tool: "D",
  perf: "E",
  emb: "E",
};

/** A finished probe; a sentence and a fix where its status demands them. */
export function probe(
  id: string,
  status: ProbeStatus = "pass",
  more: Partial<ProbeResult> = {},
): ProbeResult {
  return {
    id,
    group: GROUPS[id.split(".")[0] ?? ""] ?? "A",
    tier: "quick",
    status,
    ms: 12.5,
    measured: {},
    ...(status === "pass" ? {} : { diagnosis: `${id} says no` }),
    ...(status === "warn" || status === "fail" ? { fix: `cure ${id}` } : {}),
    ...more,
  };
}

/** A run of one model on Ollama with these results. */
export function reportedRun(
  results: readonly ProbeResult[],
  status: Exclude<SmokeReportStatus, "error"> = "warn",
): ReportedRun {
  return {
    runId: "smoke_1",
    modelId: "qwen2.5-coder:7b",
    server: { kind: "ollama", baseUrl: "http://127.0.0.1:11434", version: "0.17.4" },
    model: "qwen2.5-coder:7b",
    settings: { tier: "quick" },
    status,
    startedAt: new Date("2026-11-21T07:40:00Z"),
    durationMs: 21_400,
    owllmVersion: "0.1.0",
    results,
    profile: {
      ...deriveProfile([], { kind: "ollama", baseUrl: "", version: undefined }),
      tool_mode: "native",
      context_tokens: 16_384,
    },
  };
}
