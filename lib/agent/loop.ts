import { type Clock, type ErrorCode, OwllmError } from "../core/mod.ts";
import type { ToolOutcome } from "../tools/mod.ts";
import { ApprovalPendingError, toolFailure } from "../tools/mod.ts";
import type { ToolDefinition } from "../models/mod.ts";
import { ask, type AskOptions } from "./ask.ts";
import { condense, isFull, TokenCount } from "./condense.ts";
import type { AgentCall, AgentEnd, AgentEvent, AgentResult, AgentTotals, Turn } from "./events.ts";
import type { AgentMessage } from "./messages.ts";
import { type Repeat, RepeatWatch } from "./repeats.ts";

/** What a run may use up. */
export interface AgentLimits {
  readonly steps: number;
  readonly timeMs: number;
  /** Prompt and answers together. */
  readonly tokens: number;
}

/** Runs the calls of a model. */
export interface CallRunner {
  /** @throws {@linkcode ApprovalPendingError} when a person has to answer first */
  run(call: AgentCall, signal: AbortSignal): Promise<ToolOutcome>;
}

/** What {@linkcode runAgent} needs: tools, model, limits and clock are all given. */
export interface AgentOptions extends Omit<AskOptions, "onRetry"> {
  readonly calls: CallRunner;
  readonly limits: AgentLimits;
  /** System prompt and task, or the conversation of a run that goes on. */
  readonly messages: readonly AgentMessage[];
  /** What a run that goes on has used up already. */
  readonly used?: AgentTotals;
  readonly tools: readonly ToolDefinition[];
  readonly clock: Clock;
  /** Told of everything in order; what it throws ends the run. */
  onEvent(event: AgentEvent, messages: readonly AgentMessage[], totals: AgentTotals): void;
}

/** Turns in a row that hold a call which cannot be executed, or nothing at all. */
const MAX_BROKEN = 3;

/** Works on a task: ask, call, look, until the model answers or a limit says stop. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<AgentResult> {
  const run = new Run(options);
  try {
    await run.finishPending(signal);
    for (let step = run.firstStep;; step++) {
      const over = run.overLimit(step);
      const stop = over ?? await run.step(step, signal);
      if (stop !== undefined) return run.end(stop.end, stop.cause);
    }
  } catch (error) {
    return run.fail(error, signal);
  }
}

/** Errors that a model server is the cause of. */
const OF_THE_SERVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unreachable",
  "timeout",
  "model",
  "protocol",
]);

/** Why a run ends now. */
interface Stop {
  readonly end: AgentEnd;
  readonly cause?: string;
}

class Run {
  #messages: readonly AgentMessage[];
  readonly #watch = new RepeatWatch();
  readonly #count = new TokenCount();
  readonly #start: number;
  readonly #overheadChars: number;
  #steps = 0;
  #calls = 0;
  #recovered = 0;
  #prompt = 0;
  #completion = 0;
  #broken = 0;
  #answer = "";

  constructor(private readonly options: AgentOptions) {
    const { messages, used, clock, tools } = options;
    this.#messages = messages;
    this.#start = clock.monotonic() - (used?.durationMs ?? 0);
    this.#overheadChars = JSON.stringify(tools).length;
    this.#steps = used?.steps ?? 0;
    this.#calls = used?.calls ?? 0;
    this.#recovered = used?.recoveredCalls ?? 0;
    this.#prompt = used?.promptTokens ?? 0;
    this.#completion = used?.completionTokens ?? 0;
  }

  get firstStep(): number {
    return this.#steps;
  }

  /** Runs the call that a run was stopped at: by a question to a person, or by a crash. */
  async finishPending(signal: AbortSignal): Promise<void> {
    const last = this.#messages.at(-1);
    if (last?.role !== "assistant" || last.call === undefined) return;
    const step = Math.max(0, this.#steps - 1);
    await this.#execute(step, last.call, signal);
    this.#emit({ type: "step_done", step });
  }

  overLimit(step: number): Stop | undefined {
    const { steps, timeMs, tokens } = this.options.limits;
    if (step >= steps) {
      return { end: "out_of_steps", cause: `The limit of ${steps} steps is reached` };
    }
    if (this.#prompt + this.#completion >= tokens) {
      return { end: "out_of_tokens", cause: `The limit of ${tokens} tokens is reached` };
    }
    return this.options.clock.monotonic() - this.#start >= timeMs
      ? { end: "out_of_time", cause: `The limit of ${Math.round(timeMs / 1000)} s is reached` }
      : undefined;
  }

  async step(step: number, signal: AbortSignal): Promise<Stop | undefined> {
    signal.throwIfAborted();
    this.#steps = step + 1;
    this.#emit({ type: "step_started", step });
    this.#makeRoom(step);
    const turn = await this.#ask(step, signal);
    const stop = turn.call === undefined
      ? this.#withoutCall(step, turn)
      : await this.#withCall(step, turn, turn.call, signal);
    this.#emit({ type: "step_done", step });
    return stop;
  }

  async #ask(step: number, signal: AbortSignal): Promise<Turn> {
    const onRetry = (error: OwllmError, retryInMs: number) =>
      this.#emit({ type: "server_error", step, error, retryInMs });
    const turn = await ask(this.#messages, { ...this.options, onRetry }, signal);
    this.#count.learn(this.#messages, turn.tokens.prompt, this.#overheadChars);
    this.#prompt += turn.tokens.prompt ?? 0;
    this.#completion += turn.tokens.completion ?? 0;
    this.#emit({ type: "turn", step, turn });
    return turn;
  }

  /** Words without a call: the answer, or a call that went wrong. */
  #withoutCall(step: number, turn: Turn): Stop | undefined {
    this.#say({ role: "assistant", text: turn.text });
    if (turn.broken === undefined && turn.text.trim() !== "") {
      this.#answer = turn.text.trim();
      return { end: "answered" };
    }
    const why = turn.broken ?? "the answer is empty";
    if (++this.#broken >= MAX_BROKEN) {
      return {
        end: "broken_calls",
        cause: `${MAX_BROKEN} turns in a row held no call that can be run: ${why}`,
      };
    }
    const repeat = turn.broken === undefined ? undefined : this.#watch.afterText(turn.text);
    if (repeat?.stop) return { end: "looping", cause: repeat.advice };
    this.#advise(
      step,
      "broken_call",
      `That was no call: ${why}. ${repeat?.advice ?? "Try again."}`,
    );
    return undefined;
  }

  async #withCall(
    step: number,
    turn: Turn,
    call: AgentCall,
    signal: AbortSignal,
  ): Promise<Stop | undefined> {
    this.#broken = 0;
    this.#say({ role: "assistant", text: turn.text, call });
    const before = this.#watch.beforeCall(call);
    if (before !== undefined) return this.#refuseRepeat(step, call, before);
    const after = await this.#execute(step, call, signal);
    if (after?.stop) return { end: "looping", cause: after.advice };
    if (after !== undefined) this.#advise(step, after.kind, after.advice);
    return undefined;
  }

  async #execute(
    step: number,
    call: AgentCall,
    signal: AbortSignal,
  ): Promise<Repeat | undefined> {
    this.#emit({ type: "call_started", step, call });
    const start = this.options.clock.monotonic();
    const outcome = await this.options.calls.run(call, signal);
    const ms = this.options.clock.monotonic() - start;
    this.#calls++;
    if (call.recovered !== undefined) this.#recovered++;
    this.#say({ role: "tool", callId: call.id, name: call.name, text: textOf(outcome) });
    this.#emit({ type: "call_done", step, call, outcome, ms });
    return this.#watch.afterCall(call, outcome);
  }

  /** A call that only repeats is answered by us and not run. */
  #refuseRepeat(step: number, call: AgentCall, repeat: Repeat): Stop | undefined {
    if (repeat.stop) return { end: "looping", cause: repeat.advice };
    const error = new OwllmError({
      code: "denied",
      message: "Not run: it only repeats",
      recoverySuggestion: repeat.advice,
    });
    const text = JSON.stringify(toolFailure(call.name, error));
    this.#say({ role: "tool", callId: call.id, name: call.name, text });
    this.#emit({ type: "advice", step, kind: repeat.kind, text: repeat.advice });
    return undefined;
  }

  #advise(step: number, kind: string, text: string): void {
    this.#say({ role: "user", text });
    this.#emit({ type: "advice", step, kind, text });
  }

  /** Shortens older results before the window is full, so that nothing is cut without a word. */
  #makeRoom(step: number): void {
    const { contextTokens, maxTokens } = this.options;
    const tokens = this.#count.of(this.#messages, this.#overheadChars);
    if (!isFull(tokens, contextTokens, maxTokens)) return;
    const { messages, shortened } = condense(this.#messages);
    if (shortened === 0) return;
    this.#messages = messages;
    this.#emit({ type: "condensed", step, messages: shortened });
  }

  #say(message: AgentMessage): void {
    this.#messages = [...this.#messages, message];
  }

  #emit(event: AgentEvent): void {
    this.options.onEvent(event, this.#messages, this.#totals());
  }

  #totals(): AgentTotals {
    return {
      steps: this.#steps,
      calls: this.#calls,
      recoveredCalls: this.#recovered,
      promptTokens: this.#prompt,
      completionTokens: this.#completion,
      durationMs: Math.round(this.options.clock.monotonic() - this.#start),
    };
  }

  fail(error: unknown, signal: AbortSignal): AgentResult {
    if (signal.aborted) return this.end("interrupted", "Interrupted");
    if (error instanceof ApprovalPendingError) return this.end("paused", error.message);
    // What is wrong with the state file or with owllm itself is not the server's failure.
    if (error instanceof OwllmError && OF_THE_SERVER.has(error.code)) {
      return this.end("server_failed", error.message);
    }
    throw error;
  }

  end(end: AgentEnd, cause?: string): AgentResult {
    const result: AgentResult = { end, answer: this.#answer, ...this.#totals(), cause };
    this.#emit({ type: "ended", result });
    return result;
  }
}

function textOf(outcome: ToolOutcome): string {
  return outcome.ok ? outcome.result.text : JSON.stringify(outcome.failure);
}
