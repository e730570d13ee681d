import type { Clock } from "../../core/mod.ts";
import type { TraceClaim, TracesTable } from "../../state/mod.ts";
import { toMicroseconds } from "../store/rows.ts";
import { type Outgoing, outgoingOf } from "./outgoing.ts";
import { type Answer, postSpans } from "./post.ts";
import { type OtlpSerializer, rejectionOf } from "./serialize.ts";
import type { OtlpTarget } from "./target.ts";

/** Spans that are claimed at once. */
const CLAIM_SPANS = 256;

/** Rough size of a request, in UTF-16 units of its texts: collectors refuse some megabytes. */
const MAX_REQUEST_TEXT = 2_000_000;

/** A claim outlasts its request by this, in milliseconds; after that the sender must be dead. */
const CLAIM_MARGIN_MS = 5_000;

/** A session that nobody wrote to for so long, in milliseconds, is taken for cut by a crash. */
export const CUT_AFTER_MS = 3_600_000;

/** A span that the endpoint refuses by itself is kept back for so long, in milliseconds. */
const KEEP_BACK_MS = 3_600_000;

/** So many refusals one after the other: it is not the spans that are wrong. */
const MAX_REFUSALS = 12;

/** How a sending went. */
export interface Sending {
  readonly sent: number;
  /** Spans that the endpoint has seen and did not want; they stay in the trace. */
  readonly refused: number;
  /** Why it stopped before the outbox was empty; undefined when it is empty. */
  readonly stopped: Exclude<Answer, { readonly kind: "taken" }> | undefined;
}

/** What {@linkcode sendOutbox} needs. */
export interface SendOptions {
  readonly traces: TracesTable;
  readonly target: OtlpTarget;
  readonly serializer: OtlpSerializer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Only of this session. */
  readonly sessionId?: string | undefined;
  /** Milliseconds; {@linkcode CUT_AFTER_MS} when left out. */
  readonly cutAfterMs?: number | undefined;
  /** Told what the endpoint said about spans that it did not want. */
  onRefused(reason: string, spans: number): void;
}

/** Sends what waits in the outbox until it is empty or the endpoint cannot take more. */
export async function sendOutbox(options: SendOptions): Promise<Sending> {
  const { traces, target, clock, sessionId, signal } = options;
  const tally: Tally = { sent: 0, refused: 0, refusals: 0 };
  while (!signal.aborted) {
    const nowMs = clock.now().getTime();
    const claim = traces.outbox.claim({
      limit: CLAIM_SPANS,
      nowUs: nowMs * 1000,
      untilUs: (nowMs + target.timeoutMs + CLAIM_MARGIN_MS) * 1000,
      cutBeforeUs: (nowMs - (options.cutAfterMs ?? CUT_AFTER_MS)) * 1000,
      sessionId,
    });
    if (claim.entries.length + claim.frames.length === 0) return { ...tally, stopped: undefined };
    const stopped = await sendClaim(options, claim, tally);
    if (stopped !== undefined) return { ...tally, stopped };
  }
  return { ...tally, stopped: { kind: "later", reason: "It was stopped", retryAfterMs: 0 } };
}

interface Tally {
  sent: number;
  refused: number;
  /** In a row. */
  refusals: number;
}

async function sendClaim(options: SendOptions, claim: TraceClaim, tally: Tally) {
  const { traces } = options;
  const outgoing = outgoingOf(traces, claim);
  const open = new Set(outgoing);
  try {
    for (const request of requestsOf(outgoing)) {
      const stopped = await sendRequest(options, request, tally, open);
      if (stopped !== undefined) return stopped;
      renew(options, open);
    }
    return undefined;
  } finally {
    // Whatever happened, the next sender need not wait for the claim to run out.
    if (open.size > 0) traces.outbox.release(joined([...open]), 0);
  }
}

/** A claim of many requests is renewed as they go, so that no other sender takes the rest. */
function renew({ traces, target, clock }: SendOptions, open: ReadonlySet<Outgoing>): void {
  if (open.size === 0) return;
  const untilMs = clock.now().getTime() + target.timeoutMs + CLAIM_MARGIN_MS;
  traces.outbox.release(joined([...open]), untilMs * 1000);
}

/** Sends one request; a refused one is halved until the span that is at fault stands alone. */
async function sendRequest(
  options: SendOptions,
  request: readonly Outgoing[],
  tally: Tally,
  open: Set<Outgoing>,
): Promise<Sending["stopped"]> {
  const { traces, target, serializer, signal, clock } = options;
  const settle = () => {
    for (const item of request) open.delete(item);
  };
  const body = serializer.protobuf(request.map(({ span }) => span));
  const answer = await postSpans(target, body, signal);
  if (answer.kind === "taken") {
    traces.outbox.sent(joined(request));
    settle();
    tally.refusals = 0;
    const rejected = rejectionIn(answer.body);
    tally.refused += rejected?.spans ?? 0;
    tally.sent += request.length - (rejected?.spans ?? 0);
    if (rejected !== undefined) options.onRefused(target.hide(rejected.message), rejected.spans);
    return undefined;
  }
  if (answer.kind !== "refused") return answer;
  if (++tally.refusals >= MAX_REFUSALS) return answer;
  if (request.length > 1) {
    const middle = Math.ceil(request.length / 2);
    return await sendRequest(options, request.slice(0, middle), tally, open) ??
      await sendRequest(options, request.slice(middle), tally, open);
  }
  // Not forgotten: it is tried again when its time is over, and by an export that asks for it.
  const untilUs = toMicroseconds((clock.now().getTime() + KEEP_BACK_MS) / 1000);
  traces.outbox.release(joined(request), untilUs);
  settle();
  tally.refused++;
  options.onRefused(answer.reason, 1);
  return undefined;
}

/** An answer that is no protobuf says nothing about refused spans. */
function rejectionIn(body: Uint8Array): ReturnType<typeof rejectionOf> {
  try {
    return rejectionOf(body);
  } catch {
    return undefined;
  }
}

/** Cuts a claim into requests that a collector takes. */
function* requestsOf(outgoing: readonly Outgoing[]): Generator<readonly Outgoing[]> {
  let request: Outgoing[] = [];
  let size = 0;
  for (const item of outgoing) {
    const itemSize = textIn(item);
    if (request.length > 0 && size + itemSize > MAX_REQUEST_TEXT) {
      yield request;
      [request, size] = [[], 0];
    }
    request.push(item);
    size += itemSize;
  }
  if (request.length > 0) yield request;
}

function textIn({ span }: Outgoing): number {
  const groups = [span.attributes, ...span.moments.map(({ attributes }) => attributes)];
  const texts = groups.flatMap((group) => Object.values(group));
  return texts.reduce<number>((n, text) => n + (typeof text === "string" ? text.length : 16), 0);
}

function joined(items: readonly Outgoing[]): TraceClaim {
  return {
    entries: items.flatMap(({ claim }) => claim.entries),
    frames: items.flatMap(({ claim }) => claim.frames),
  };
}
