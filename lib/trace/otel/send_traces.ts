import { type Clock, OwllmError, unwrap } from "../../core/mod.ts";
import type { TracesTable } from "../../state/mod.ts";
import type { OtlpTarget } from "./target.ts";
import type { Sending, SendOptions } from "./sender.ts";

/** Pause between two looks whether another sender is done, in milliseconds. */
const LOOK_AGAIN_MS = 250;

/** A claim that lasts longer than this is no sending: those spans are kept back, in milliseconds. */
const LONGEST_SENDING_MS = 60_000;

/** With this every session counts as cut: one that is asked for by name is sent as it stands. */
const AS_IT_STANDS_MS = -60_000;

/** What {@linkcode sendTraces} needs. */
export interface SendTracesOptions {
  readonly traces: TracesTable;
  /** Address of the endpoint; without a path `/v1/traces` is meant. */
  readonly endpoint: string;
  env(name: string): string | undefined;
  readonly owllmVersion: string;
  /** The project under which Phoenix shows the spans. */
  readonly project: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A session to send whole, whether it was sent before or not; without one: all that waits. */
  readonly sessionId?: string | undefined;
  /** Told what goes wrong without being the end of it. */
  onNotice(notice: string): void;
}

/** What was sent. */
export interface SentTraces {
  readonly endpoint: string;
  readonly sent: number;
  /** Spans that the endpoint did not want. */
  readonly refused: number;
  /** Spans that are kept back because an endpoint refused them. */
  readonly kept: number;
}

/**
 * Sends traces to an OTLP endpoint and waits for it.
 *
 * @throws {@linkcode OwllmError} `denied` for another host without a grant, `unreachable` for an
 * endpoint that is down or busy, `failed` for one that refuses; what it did not take waits on
 */
export async function sendTraces(options: SendTracesOptions): Promise<SentTraces> {
  const { traces, clock, signal, sessionId, onNotice } = options;
  const [{ otlpTarget }, { sendOutbox }, { createSerializer }, { createResource }] = await Promise
    .all([
      import("./target.ts"),
      import("./sender.ts"),
      import("./serialize.ts"),
      import("./resource.ts"),
    ]);
  const target = unwrap(otlpTarget(options.endpoint, options.env));
  if (sessionId !== undefined) traces.outbox.resend(sessionId);
  const sending: SendOptions = {
    traces,
    target,
    serializer: createSerializer(createResource(options)),
    clock,
    signal,
    sessionId,
    ...sessionId === undefined ? {} : { cutAfterMs: AS_IT_STANDS_MS },
    onRefused: (reason, spans) => onNotice(`The endpoint refused ${spans} span(s): ${reason}`),
  };
  const total = { sent: 0, refused: 0 };
  for (let waited = false;; waited = true) {
    const { sent, refused, stopped } = await sendOutbox(sending);
    total.sent += sent;
    total.refused += refused;
    signal.throwIfAborted();
    if (stopped !== undefined) throw failure(target, stopped, total.sent);
    const claimed = claimedByOthers(options);
    if (claimed.kept || claimed.spans === 0) {
      return { endpoint: target.url.href, ...total, kept: claimed.spans };
    }
    if (!waited) onNotice(`Another process is sending ${claimed.spans} span(s): waiting for it`);
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/** Spans that somebody else has claimed; `kept` when that is for long. */
function claimedByOthers({ traces, clock, sessionId }: SendTracesOptions) {
  const nowMs = clock.now().getTime();
  const selection = { nowUs: nowMs * 1000, cutBeforeUs: 0, sessionId };
  const { claimed, claimedUntilUs } = traces.outbox.waiting(selection);
  return { spans: claimed, kept: claimedUntilUs / 1000 - nowMs > LONGEST_SENDING_MS };
}

function failure(
  target: OtlpTarget,
  stopped: NonNullable<Sending["stopped"]>,
  sent: number,
): OwllmError {
  const before = sent === 0 ? "" : ` after ${sent} spans`;
  return new OwllmError({
    code: stopped.kind === "later" ? "unreachable" : "failed",
    message: `Cannot send traces to "${target.url.href}"${before}: ${stopped.reason}`,
    recoverySuggestion: stopped.kind === "wrong"
      ? stopped.fix
      : "What was not taken waits: try again when the endpoint is well",
    context: { endpoint: target.url.href, sent },
  });
}
