import type { Clock } from "../core/mod.ts";
import type {
  ChatChunk,
  ChatRequest,
  ChatResponse,
  LoadedModel,
  ModelDescription,
  ModelProvider,
  ServerKind,
  StreamEnd,
} from "../models/mod.ts";

/** A: server and identity, B: plain generation, C: context, D: tools, E: speed and resources. */
export type ProbeGroup = "A" | "B" | "C" | "D" | "E";

/** `quick` is the default, `standard` comes with `--full`, `deep` with `--deep`. */
export type ProbeTier = "quick" | "standard" | "deep";

export type ProbeStatus = "pass" | "warn" | "fail" | "skip";

/** Measured facts, in snake_case with the unit in the name: `prefill_tok_s`, `load_ms`. */
export type Measured = Readonly<Record<string, string | number | boolean | null>>;

/** What a probe says. Use the helpers `pass`, `warn`, `fail` and `skip`. */
export interface ProbeOutcome {
  readonly status: ProbeStatus;
  readonly measured: Measured;
  /** Why it is not a pass: one sentence with the value seen. Required for all but `pass`. */
  readonly diagnosis?: string;
  /** One line to paste, for this very server kind. Required for `warn` and `fail`. */
  readonly fix?: string;
}

/** What must hold for a probe to make sense; otherwise the runner skips it and says why. */
export interface ProbeNeeds {
  /** Only for these servers. */
  readonly kinds?: readonly ServerKind[];
  /** Only for a server on this machine. */
  readonly local?: true;
  /** Only for a model that can think (capability `thinking`, or a known family). */
  readonly thinking?: true;
  /** Only where the server takes a JSON schema or tools; builtin has no native tools. */
  readonly nativeTools?: true;
}

/** One question to a model server: a small file in `probes/`. */
export interface Probe {
  /** Stable name such as `ctx.real`. */
  readonly id: string;
  readonly group: ProbeGroup;
  readonly tier: ProbeTier;
  /** What it finds out, in a few words for `--list`. */
  readonly title: string;
  readonly needs: ProbeNeeds;
  /** True: when it fails, nothing after it can be judged. */
  readonly fatal?: true;
  /** Throws `OwllmError` only for what the server did; the runner turns it into `fail`. */
  run(context: ProbeContext): Promise<ProbeOutcome>;
}

/** A finished probe. */
export interface ProbeResult extends ProbeOutcome {
  readonly id: string;
  readonly group: ProbeGroup;
  readonly tier: ProbeTier;
  /** Wall time in milliseconds. */
  readonly ms: number;
}

/** A fingerprinted server. */
export interface ServerFacts {
  readonly kind: ServerKind;
  /** Empty for builtin. */
  readonly baseUrl: string;
  /** As the server reports it; undefined when it does not. */
  readonly version: string | undefined;
}

/** What a run of the smoke wants from the model; from the config, the environment and flags. */
export interface SmokeSettings {
  readonly tier: ProbeTier;
  /** Context that the agent needs, in tokens (default 16,384). */
  readonly agentContextTokens: number;
  /** `num_ctx` to send to servers that obey it; undefined leaves the server's default. */
  readonly contextTokens: number | undefined;
  /** Longest silence that is borne before a request counts as hung, in ms. */
  readonly stallTimeoutMs: number;
  /** Longest a single request may take, in ms. */
  readonly requestTimeoutMs: number;
  /** Budget for the first token of a warm 1k prompt, in ms. */
  readonly ttftBudgetMs: number;
  /** Decode speed below which a model is too slow for an agent, in tokens per second. */
  readonly minDecodeTokS: number;
  /** Budget for a cold load, in ms. */
  readonly coldLoadBudgetMs: number;
}

/** A request without the model; sampling defaults to temperature 0, seed 7. */
export type ProbeRequest = Omit<ChatRequest, "model">;

/** What a probe may use. All calls obey the run's signal and the settings' time limits. */
export interface ProbeContext {
  readonly server: ServerFacts;
  /** The model's name on the server. */
  readonly model: string;
  readonly settings: SmokeSettings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The provider for what `chat` and `stream` do not cover; pass `signal` along. */
  readonly provider: ModelProvider;
  /** Ollama's `/v1` beside its native API; undefined for every other kind. */
  readonly compat: ModelProvider | undefined;
  /** One answer. A transport error is retried once, a model error never. */
  chat(request: ProbeRequest, provider?: ModelProvider): Promise<ChatResponse>;
  /** One streamed answer, read to its end, or until `until` says enough (then it is cancelled). */
  stream(
    request: ProbeRequest,
    options?: { readonly provider?: ModelProvider; until?(chunk: ChatChunk): boolean },
  ): Promise<StreamEnd>;
  /** What the server says of the model, asked once per run; undefined when it knows no such model. */
  describe(): Promise<ModelDescription | undefined>;
  /** What is in memory right now; asked anew each time. */
  loaded(): Promise<LoadedModel | undefined>;
  /** A probe that ran before in this run. */
  earlier(id: string): ProbeResult | undefined;
  /**
   * A prompt size this engine can bear: `tokens`, or fewer where prefill is so slow that one
   * prompt of `tokens` would take longer than 10 s (quick), 1 min (standard) or 5 min (deep).
   */
  bearable(tokens: number): number;
}

/** A green outcome. */
export function pass(measured: Measured = {}): ProbeOutcome {
  return { status: "pass", measured };
}

/** A yellow outcome: usable, but the user should know. */
export function warn(measured: Measured, diagnosis: string, fix: string): ProbeOutcome {
  return { status: "warn", measured, diagnosis, fix };
}

/** A red outcome. */
export function fail(measured: Measured, diagnosis: string, fix: string): ProbeOutcome {
  return { status: "fail", measured, diagnosis, fix };
}

/** Not judged, and why. */
export function skip(diagnosis: string, measured: Measured = {}): ProbeOutcome {
  return { status: "skip", measured, diagnosis };
}
