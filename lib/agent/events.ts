import type { OwllmError } from "../core/mod.ts";
import type { ToolOutcome } from "../tools/mod.ts";

/** A call that the model wants. */
export interface AgentCall {
  /** Unique in the run; the server's own id where it gave one. */
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments, as the model gave it. */
  readonly argumentsJson: string;
  /** The form in which it stood in the text; undefined for a call by the protocol. */
  readonly recovered: string | undefined;
}

/** Tokens of a request and its answer; null where the server does not tell. */
export interface TurnTokens {
  readonly prompt: number | null;
  readonly completion: number | null;
  /** The window that was asked for. */
  readonly window: number | null;
}

/** What a model said in one turn. */
export interface Turn {
  /** Its thoughts and words beside the call; empty when it only called. */
  readonly text: string;
  /** Undefined when it called nothing: the text is then its answer. */
  readonly call: AgentCall | undefined;
  /** It looks as if a call was meant that cannot be executed, and why. */
  readonly broken: string | undefined;
  readonly tokens: TurnTokens;
  readonly finish: string;
  readonly ms: number;
}

/** How a run ended. */
export type AgentEnd =
  /** The model said that it is done. */
  | "answered"
  | "out_of_steps"
  | "out_of_time"
  | "out_of_tokens"
  /** It went in circles, and advice did not help. */
  | "looping"
  /** What it wrote was meant as a call, again and again, and never was one. */
  | "broken_calls"
  /** It waits for a person's approval. */
  | "paused"
  /** The model server failed for good. */
  | "server_failed"
  | "interrupted";

/** What happens in a run, in order. Display, tracing and saving subscribe to these. */
export type AgentEvent =
  | { readonly type: "step_started"; readonly step: number }
  | { readonly type: "turn"; readonly step: number; readonly turn: Turn }
  | { readonly type: "call_started"; readonly step: number; readonly call: AgentCall }
  | {
    readonly type: "call_done";
    readonly step: number;
    readonly call: AgentCall;
    readonly outcome: ToolOutcome;
    readonly ms: number;
  }
  | { readonly type: "advice"; readonly step: number; readonly kind: string; readonly text: string }
  | { readonly type: "condensed"; readonly step: number; readonly messages: number }
  | {
    readonly type: "server_error";
    readonly step: number;
    readonly error: OwllmError;
    readonly retryInMs: number | null;
  }
  | { readonly type: "step_done"; readonly step: number }
  | { readonly type: "ended"; readonly result: AgentResult };

/** What a run has used up. */
export interface AgentTotals {
  readonly steps: number;
  readonly calls: number;
  readonly recoveredCalls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly durationMs: number;
}

/** The result of a run. */
export interface AgentResult extends AgentTotals {
  readonly end: AgentEnd;
  /** The model's last words to the person. */
  readonly answer: string;
  /** Why it ended so, where that is no success. */
  readonly cause: string | undefined;
}
