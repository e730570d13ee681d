import { OwllmError } from "../core/mod.ts";
import {
  ApprovalPendingError,
  type Toolbox,
  type ToolFailure,
  toolFailure,
  type ToolResult,
} from "../tools/mod.ts";

/** A call of a tool by another program. */
export interface ToolCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The caller's name for it, which comes back with the answer. */
  readonly id: string;
}

/** A request that a person has not answered yet. */
export interface PendingApproval {
  readonly id: string;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly expires_at: string;
}

/** What became of a call. `pending`: nothing was done; the same call passes once it is approved. */
export type CallAnswer =
  | { readonly kind: "result"; readonly result: ToolResult }
  | { readonly kind: "failure"; readonly failure: ToolFailure }
  | {
    readonly kind: "pending";
    readonly failure: ToolFailure;
    readonly approval: PendingApproval;
  };

/** Takes calls and has them done one after the other, in the order in which they came. */
export interface CallDesk {
  readonly toolbox: Toolbox;
  /** Calls that are being done or wait. */
  readonly open: number;
  /**
   * Does a call, or gives its failure.
   *
   * @throws `usage` for a tool that there is not, `unreachable` when too many wait; the signal's
   * reason when it aborts, and a call that still waited is then never begun
   */
  call(call: ToolCall, signal: AbortSignal): Promise<CallAnswer>;
}

/** More calls at once are a caller that does not wait for answers. */
const MAX_OPEN = 16;

/** The desk of one toolbox. `via` is recorded with each call. */
export function createCallDesk(toolbox: Toolbox, via: string): CallDesk {
  let open = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    toolbox,
    get open() {
      return open;
    },
    async call(call, signal) {
      const tool = toolbox.get(call.tool);
      if (open >= MAX_OPEN) throw busy();
      open++;
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      try {
        await before;
        signal.throwIfAborted();
        const invocation = {
          argumentsJson: JSON.stringify(call.args),
          callId: call.id,
          metadata: { via },
        };
        const outcome = await tool.call(invocation, signal);
        return outcome.ok
          ? { kind: "result", result: outcome.result }
          : { kind: "failure", failure: outcome.failure };
      } catch (error) {
        if (error instanceof ApprovalPendingError) return pending(call.tool, error);
        throw error;
      } finally {
        open--;
        resolve();
      }
    },
  };
}

function pending(tool: string, error: ApprovalPendingError): CallAnswer {
  const { id, title, expiresAt } = error.approval;
  const approval = { id, title, expires_at: expiresAt };
  return { kind: "pending", failure: toolFailure(tool, error), approval };
}

function busy(): OwllmError {
  return new OwllmError({
    code: "unreachable",
    message: `${MAX_OPEN} calls are open already`,
    recoverySuggestion: "Wait for an answer before the next call",
    context: { limit: MAX_OPEN },
  });
}
