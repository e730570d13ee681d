import { z } from "zod";
import type { ProbeResult, ServerFacts } from "./probe.ts";

const Trust = z.boolean().nullable();
const Measure = z.number().nonnegative().nullable();

/** What a run proved about a model, for the agent; null where it was not measured. */
export const ProfileSchema = z.strictObject({
  tool_mode: z.enum(["native", "constrained_json", "recovered_text", "none"]).nullable().describe(
    "native: the server's tools; constrained_json: answers forced into a schema of a call; " +
      "recovered_text: calls found in the words; none: nothing that was tried gave a call",
  ),
  context_tokens: z.int().positive().nullable().describe("Context to ask for, as far as proved"),
  streaming: Trust.describe("Streams of text and of calls can be trusted"),
  parallel_calls: Trust.describe("Several calls in one answer can be told apart"),
  schema: Trust.describe("Answers obey a JSON schema, even against the prompt"),
  thinking: Trust.describe("Thoughts are kept apart from answers and calls"),
  max_tools: z.int().positive().nullable().describe("Tools to show at once"),
  prefill_tok_s: Measure.describe("Prompt tokens per second"),
  decode_tok_s: Measure.describe("Generated tokens per second"),
  ttft_ms: Measure.describe("First token of a warm prompt of about 1,000 tokens, in ms"),
  step_s: Measure.describe("One step of an agent: its context prefilled, 200 tokens generated"),
  notes: z.array(z.string()).describe("What an agent should know besides, one sentence each"),
});

/** See {@linkcode ProfileSchema}. */
export type Profile = Readonly<z.infer<typeof ProfileSchema>>;

/** How tools are offered to a model. */
export type ToolMode = NonNullable<Profile["tool_mode"]>;

/** Tools that a model is trusted with when `tool.many` did not say otherwise. */
const DEFAULT_MAX_TOOLS = 8;

/** Tools that an agent cannot do without: read, write, run. */
const FEWEST_TOOLS = 3;

/** Tokens of the answer in a step of the agent. */
export const STEP_ANSWER_TOKENS = 200;

/** Context of a step when nobody said how much there is, in tokens: Ollama's small default. */
const ASSUMED_CONTEXT_TOKENS = 4096;

/** What the cost of a step is made of; null where it was not measured. */
export interface StepSpeeds {
  readonly contextTokens: number | null;
  readonly prefillTokS: number | null;
  readonly decodeTokS: number | null;
}

/** One agent step in seconds: the context prefilled once and an answer generated. */
export function stepSeconds({ contextTokens, prefillTokS, decodeTokS }: StepSpeeds): number | null {
  if (prefillTokS === null || decodeTokS === null) return null;
  const prefillS = (contextTokens ?? ASSUMED_CONTEXT_TOKENS) / prefillTokS;
  return Math.round((prefillS + STEP_ANSWER_TOKENS / decodeTokS) * 10) / 10;
}

/** Context that is assumed where none was measured, in tokens: Ollama's smallest default. */
const ASSUMED_CONTEXT = 4096;

/** The smallest context in which an agent can do anything, in tokens. */
const LEAST_CONTEXT = 2048;

/** Derives from the results of a run what an agent may rely on. */
export function deriveProfile(results: readonly ProbeResult[], server: ServerFacts): Profile {
  const facts = new Facts(results);
  const context = contextOf(facts);
  const prefill = facts.number("perf.ttft", "prefill_tok_s");
  const decode = facts.number("perf.tps", "decode_tok_s");
  const most = facts.number("tool.many", "max_tools");
  return {
    tool_mode: toolModeOf(facts, server),
    context_tokens: context,
    streaming: facts.trusted("gen.stream", "tool.stream"),
    // A model that makes one call at a time skips the probe and says so in its numbers.
    parallel_calls: facts.value("tool.parallel", "parallel") === false
      ? false
      : facts.trusted("tool.parallel"),
    schema: facts.trusted("gen.schema", "gen.schema_forced"),
    thinking: facts.trusted("gen.think_leak", "tool.with_think"),
    max_tools: most === null
      ? facts.judged("tool.one") === undefined ? null : DEFAULT_MAX_TOOLS
      : Math.max(FEWEST_TOOLS, most),
    prefill_tok_s: prefill,
    decode_tok_s: decode,
    ttft_ms: facts.number("perf.ttft", "ttft_ms"),
    step_s: prefill === null || decode === null || prefill === 0 || decode === 0
      ? null
      : Math.round(((context ?? ASSUMED_CONTEXT) / prefill + STEP_ANSWER_TOKENS / decode) * 10) /
        10,
    notes: results
      .filter(({ status, group }) => status !== "pass" && status !== "skip" && /[BD]/.test(group))
      .map(({ id, diagnosis }) => `${id}: ${diagnosis ?? ""}`),
  };
}

/** Results by id, asked in the words of the profile. */
class Facts {
  readonly #byId: ReadonlyMap<string, ProbeResult>;

  constructor(results: readonly ProbeResult[]) {
    this.#byId = new Map(results.map((result) => [result.id, result]));
  }

  /** A probe that ran and judged. */
  judged(id: string): ProbeResult | undefined {
    const result = this.#byId.get(id);
    return result?.status === "skip" ? undefined : result;
  }

  value(id: string, key: string): unknown {
    return this.#byId.get(id)?.measured[key];
  }

  number(id: string, key: string): number | null {
    const value = this.judged(id)?.measured[key];
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  /**
   * True when all that were judged are green, null when none was. A fault of Ollama's `/v1` alone
   * does not count: owllm uses the native API.
   */
  trusted(...ids: readonly string[]): boolean | null {
    const judged = ids.map((id) => this.judged(id)).filter((result) => result !== undefined);
    if (judged.length === 0) return null;
    return judged.every(({ status, measured }) => (measured["native_status"] ?? status) === "pass");
  }

  /** Judged, and not red. */
  works(id: string): boolean {
    const result = this.judged(id);
    return result !== undefined && result.status !== "fail";
  }
}

/** What is loaded, unless prompts are cut before that or the model forgets their beginning. */
function contextOf(facts: Facts): number | null {
  const real = facts.number("ctx.real", "real_tokens");
  const loaded = facts.number("ctx.declared", "loaded_tokens");
  const result = facts.judged("ctx.real");
  switch (result?.measured["native_status"] ?? result?.status) {
    case "fail":
      return real || loaded;
    case "warn":
      return real ? Math.max(LEAST_CONTEXT, Math.floor(real / 2)) : loaded;
    default:
      return loaded ?? (real || null);
  }
}

/** The best mode that a probe has proved. */
function toolModeOf(facts: Facts, server: ServerFacts): ToolMode | null {
  const builtin = server.kind === "builtin";
  const one = facts.judged("tool.one");
  const resultFails = facts.judged("tool.result")?.status === "fail";
  if (!builtin && facts.works("tool.one") && !resultFails) return "native";
  // A call that was tried under a schema says more than schemas in general.
  const tried = builtin ? one && one.status !== "fail" : one?.measured["constrained_call"];
  if (tried === true || (tried !== false && facts.works("gen.schema"))) return "constrained_json";
  if (facts.value("tool.in_content", "recoverable") === true) return "recovered_text";
  return one === undefined && facts.judged("gen.schema") === undefined ? null : "none";
}
