import { OwllmError } from "../core/mod.ts";
import type { Clock } from "../core/mod.ts";
import { ApprovalPendingError } from "./approvals/gate.ts";
import { type SessionTracer, traceError } from "../trace/mod.ts";
import { type ToolFailure, toolFailure, ValidationError } from "./failure.ts";
import type { AnyTool, ToolResult } from "./tool.ts";

/** How a call went: a result or a failure, never an exception but the end of the run. */
export type ToolOutcome =
  | { readonly ok: true; readonly result: ToolResult }
  | { readonly ok: false; readonly failure: ToolFailure };

/** A call of a tool by name. */
export interface ToolInvocation {
  /** JSON text of the arguments. */
  readonly argumentsJson: string;
  readonly callId: string | null;
  /** What to record with the call, such as that it was recovered from text; it is copied. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What {@linkcode InstrumentedTool} records with. */
export interface InstrumentOptions {
  readonly tracer?: SessionTracer | undefined;
  readonly clock: Clock;
  /** Errors that end the run instead of going to the model. */
  readonly endsRun?: (error: unknown) => boolean;
}

/** More of a result is not recorded: the text that the model got says where the rest is. */
const MAX_RECORDED = 100_000;

/** A tool whose every call is checked, timed, recorded and turned into data. */
export class InstrumentedTool {
  constructor(readonly tool: AnyTool, private readonly options: InstrumentOptions) {}

  get name(): string {
    return this.tool.name;
  }

  /** Checks the arguments and runs the tool. */
  async call(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    const { clock, endsRun } = this.options;
    // A copy of its own: what one call adds to its metadata no other call may see.
    const metadata = structuredClone({ ...invocation.metadata });
    const start = clock.monotonic();
    try {
      const args = this.#parse(invocation.argumentsJson);
      const result = await this.tool.run(args, signal);
      this.#record(invocation, metadata, start, { ok: true, result });
      return { ok: true, result };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const outcome = { ok: false as const, failure: toolFailure(this.name, error) };
      this.#record(invocation, metadata, start, outcome, error);
      if (endsRun?.(error)) throw error;
      return outcome;
    }
  }

  #parse(argumentsJson: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(argumentsJson);
    } catch {
      throw new ValidationError(
        "The arguments are no JSON",
        `Give one JSON object, as the schema of ${this.name} says`,
      );
    }
    const parsed = this.tool.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new ValidationError(
      `The arguments do not fit${where === "" ? "" : ` at "${where}"`}: ${issue?.message ?? "?"}`,
      `Give the arguments as the schema of ${this.name} says`,
      { issues: parsed.error.issues.length },
    );
  }

  #record(
    { argumentsJson, callId }: ToolInvocation,
    metadata: Record<string, unknown>,
    start: number,
    outcome: ToolOutcome,
    error?: unknown,
  ): void {
    const { tracer, clock } = this.options;
    if (tracer?.currentSession === undefined) return;
    const text = outcome.ok ? outcome.result.text : JSON.stringify(outcome.failure);
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: `tool_wrapped.${this.name}`,
      latency_ms: Math.round((clock.monotonic() - start) * 1000) / 1000,
      tool: {
        name: this.name,
        arguments_json: argumentsJson,
        call_id: callId,
        result: text.slice(0, MAX_RECORDED),
      },
      metadata: {
        ...metadata,
        effect: this.tool.effect,
        result_chars: text.length,
        truncated: outcome.ok && outcome.result.truncated,
        decision: decisionOf(outcome, error),
      },
      ...outcome.ok ? {} : { error: traceError(error) },
    });
  }
}

/** What the guards said: a command tells it itself, a refusal is one, a mere read is allowed. */
function decisionOf(outcome: ToolOutcome, error: unknown): string {
  if (outcome.ok) {
    const { decision, approval } = outcome.result.data ?? {};
    if (typeof decision === "string") return decision;
    return approval === undefined ? "allow" : "approve";
  }
  // What waits for a person has been neither allowed nor denied.
  if (error instanceof ApprovalPendingError) return "approve";
  return error instanceof OwllmError && error.code === "denied" ? "deny" : "none";
}
