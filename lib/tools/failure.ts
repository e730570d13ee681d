import { type ErrorCode, type ErrorContext, messageOf, OwllmError } from "../core/mod.ts";

/** What a model gives that a tool cannot take. It reads the message and tries again. */
export class ValidationError extends OwllmError {
  constructor(message: string, recoverySuggestion: string, context: ErrorContext = {}) {
    super({ code: "usage", message, recoverySuggestion, context });
    this.name = "ValidationError";
  }
}

/** A tool's failure, as the model gets it. */
export interface ToolFailure {
  readonly error: ErrorCode;
  readonly message: string;
  readonly tool: string;
  readonly context: ErrorContext;
  /** What to try next; it is never done by itself. */
  readonly recovery_suggestion: string;
}

/** The failure that a model is told. Anything that is not an {@linkcode OwllmError} is a defect and says so. */
export function toolFailure(tool: string, error: unknown): ToolFailure {
  if (error instanceof OwllmError) {
    return {
      error: error.code,
      message: error.message,
      tool,
      context: structuredClone(error.context),
      recovery_suggestion: error.recoverySuggestion ?? "Try another way",
    };
  }
  return {
    error: "failed",
    message: `The tool itself failed: ${messageOf(error)}`,
    tool,
    context: {},
    recovery_suggestion: "Try another tool; this one has a defect",
  };
}
