import { type ErrorCode, OwllmError } from "../../core/mod.ts";

/** What {@linkcode Rejection} is built from. */
export interface RejectionOptions {
  /** The status of HTTP. */
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
  /** The tool that was named, where one was. */
  readonly tool?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is no call, or one that may not be made; nothing was done. */
export class Rejection extends OwllmError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ status, code, message, fix, tool, headers = {} }: RejectionOptions) {
    super({ code, message, recoverySuggestion: fix, ...tool === undefined ? {} : { tool } });
    this.name = "Rejection";
    this.status = status;
    this.headers = headers;
  }

  /** What the caller reads. */
  body(): Record<string, unknown> {
    return {
      error: this.code,
      message: this.message,
      tool: this.tool ?? null,
      context: this.context,
      recovery_suggestion: this.recoverySuggestion,
    };
  }
}

/** A body that is no call: HTTP 400. */
export function notACall(message: string, fix: string, tool?: string): Rejection {
  return new Rejection({ status: 400, code: "usage", message, fix, tool });
}
