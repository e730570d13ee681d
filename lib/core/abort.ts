import { OwllmError } from "./error.ts";

/** A signal that aborts when any of the given ones does, or after `timeoutMs`. */
export function withTimeout(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  what: string,
): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new OwllmError({
        code: "timeout",
        message: `${what} gave no answer within ${Math.round(timeoutMs / 100) / 10} s`,
        context: { timeout_ms: timeoutMs },
      }),
    );
  }, timeoutMs);
  const forward = () => controller.abort(signal?.reason);
  if (signal?.aborted) forward();
  else signal?.addEventListener("abort", forward, { once: true });
  return {
    signal: controller.signal,
    cancel: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", forward);
    },
  };
}

/** The error with which every command ends when the person presses Ctrl-C. */
export function interrupted(): OwllmError {
  return new OwllmError({ code: "interrupted", message: "Interrupted" });
}
