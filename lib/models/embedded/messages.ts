/**
 * What goes between the provider and the engine's worker. Bodies and chunks have the shape of
 * llama.cpp's `/v1`: the engine is llama.cpp's server compiled to WASM.
 */

/** How the engine is loaded. */
export interface EngineOptions {
  /** Absolute paths; the two files that the worker may read. */
  readonly wasmPath: string;
  readonly ggufPath: string;
  readonly contextTokens: number;
  readonly threads: number;
}

/** What the loaded weights say of themselves. */
export interface EngineFacts {
  readonly contextTokens: number;
  readonly contextTrained: number;
  readonly threads: number;
  /** The GGUF's metadata, values as text. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** To the worker. One `complete` at a time. */
export type EngineRequest =
  | { readonly type: "load"; readonly options: EngineOptions }
  | { readonly type: "complete"; readonly id: number; readonly body: Record<string, unknown> }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "quit" };

/** From the worker. `end` also follows a `cancel`; after a `fatal` failure the engine is of no use. */
export type EngineReply =
  | { readonly type: "ready"; readonly facts: EngineFacts }
  | { readonly type: "chunk"; readonly id: number; readonly chunk: unknown }
  | { readonly type: "end"; readonly id: number }
  | {
    readonly type: "failed";
    readonly id: number | undefined;
    readonly message: string;
    readonly fatal: boolean;
  };
