import type { ProbeResult, ServerFacts } from "./probe.ts";

/**
 * How tools are offered to a model.
 *
 * - `native`: the server's `tools`, calls come back apart from the text
 * - `constrained_json`: the answer is forced into a JSON schema of a call
 * - `recovered_text`: the model writes calls into its text, and they validate
 * - `none`: nothing that was tried gave a call
 */
export type ToolMode = "native" | "constrained_json" | "recovered_text" | "none";

/** What a run proved; null where it was not measured. */
export interface Profile {
  readonly tool_mode: ToolMode | null;
  /** Context to ask for, in tokens; what was proved to work, not what was declared. */
  readonly context_tokens: number | null;
  readonly streaming: boolean | null;
  readonly parallel_calls: boolean | null;
  readonly schema: boolean | null;
  /** The server keeps reasoning apart from the answer. */
  readonly thinking: boolean | null;
  /** Tools to show at once. */
  readonly max_tools: number | null;
  readonly prefill_tok_s: number | null;
  readonly decode_tok_s: number | null;
  /** Time to the first token of a warm prompt of about 1,000 tokens, in milliseconds. */
  readonly ttft_ms: number | null;
  /** One agent step: the agent's context prefilled once, 200 tokens generated; in seconds. */
  readonly step_s: number | null;
  /** What the agent should know besides, one sentence each. */
  readonly notes: readonly string[];
}

/** Tools that a model is trusted with when `tool.many` did not say otherwise. */
const DEFAULT_MAX_TOOLS = 8;

/** Tokens of the answer in a step of the agent. */
const STEP_ANSWER_TOKENS = 200;

/** Derives from the results of a run what an agent may rely on. */
export function deriveProfile(results: readonly ProbeResult[], server: ServerFacts): Profile {
  const find = (id: string) => {
    const result = results.find((one) => one.id === id);
    return result?.status === "skip" ? undefined : result;
  };
  /** True for green, false for yellow and red, null when not judged. */
  const trusted = (...ids: string[]): boolean | null => {
    const judged = ids.map(find).filter((result) => result !== undefined);
    return judged.length === 0 ? null : judged.every(({ status }) => status === "pass");
  };
  const number = (id: string, key: string): number | null => {
    const value = find(id)?.measured[key];
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  };
  const prefill = number("perf.ttft", "prefill_tok_s");
  const decode = number("perf.tps", "decode_tok_s");
  const context = number("ctx.real", "real_tokens") ?? number("ctx.declared", "loaded_tokens");
  return {
    tool_mode: toolMode(find, server),
    context_tokens: context,
    streaming: trusted("gen.stream", "tool.stream"),
    parallel_calls: trusted("tool.parallel"),
    schema: trusted("gen.schema", "gen.schema_forced"),
    thinking: trusted("gen.think_leak"),
    max_tools: number("tool.many", "max_tools") ??
      (find("tool.one") === undefined ? null : DEFAULT_MAX_TOOLS),
    prefill_tok_s: prefill,
    decode_tok_s: decode,
    ttft_ms: number("perf.ttft", "ttft_ms"),
    step_s: prefill === null || decode === null
      ? null
      : Math.round(((context ?? 4096) / prefill + STEP_ANSWER_TOKENS / decode) * 10) / 10,
    notes: results
      .filter(({ status, group }) => status === "warn" && (group === "B" || group === "D"))
      .map(({ id, diagnosis }) => `${id}: ${diagnosis ?? ""}`),
  };
}

/** The best mode that a probe has proved. */
function toolMode(
  find: (id: string) => ProbeResult | undefined,
  server: ServerFacts,
): ToolMode | null {
  const one = find("tool.one");
  const result = find("tool.result");
  const works = (probe: ProbeResult | undefined) => probe !== undefined && probe.status !== "fail";
  if (server.kind !== "builtin" && works(one) && (result === undefined || works(result))) {
    return "native";
  }
  const schema = find("gen.schema");
  if (schema !== undefined && schema.status !== "fail") return "constrained_json";
  if (find("tool.in_content")?.measured["recovered_valid"] === true) return "recovered_text";
  return one === undefined && schema === undefined ? null : "none";
}
