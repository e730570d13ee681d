import { messageOf } from "../../core/mod.ts";
import { type Sending, type SendOptions, sendOutbox } from "./sender.ts";

/** Records that come together are sent together: so long is waited for more, in milliseconds. */
const GATHER_MS = 200;

/** The first pause after a failure, in milliseconds; each further one doubles it. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/** Longest that the end of the process waits for an endpoint, in milliseconds. */
const LAST_MS = 900;

/** Sends the outbox beside the work that fills it. */
export interface BackgroundSender {
  /** Something was put into the outbox. */
  wake(): void;
  /** Sends all that can be sent now. */
  drain(): Promise<void>;
  /** A last try of less than a second, unless the endpoint is known to be down. */
  stop(): Promise<void>;
}

/** What {@linkcode createBackgroundSender} needs. */
export interface BackgroundOptions extends Omit<SendOptions, "signal" | "onRefused"> {
  /** Told once why spans do not reach the endpoint, and once that it refused some. */
  onNotice(notice: string): void;
}

/** Builds a sender that sleeps until it is woken. It never throws and holds up nobody. */
export function createBackgroundSender(options: BackgroundOptions): BackgroundSender {
  const { target, onNotice } = options;
  const stopping = new AbortController();
  const said = new Set<string>();
  const say = (topic: string, notice: string) => {
    if (said.has(topic)) return;
    said.add(topic);
    onNotice(notice);
  };
  const trouble = (reason: string, fix?: string) =>
    say(
      "trouble",
      `Traces do not reach ${target.url.href}: ${reason}${fix === undefined ? "" : ` (${fix})`}. ` +
        "They are kept; send them later with: owllm trace export --otlp",
    );
  let running: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wanted = false;
  let over = false;

  const after = ({ stopped }: Sending) => {
    if (stopped === undefined) {
      failures = 0;
      return;
    }
    failures++;
    over ||= stopped.kind !== "later";
    trouble(stopped.reason, stopped.kind === "wrong" ? stopped.fix : undefined);
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
    const asked = stopped.kind === "later" ? stopped.retryAfterMs : 0;
    if (!over) schedule(Math.max(pause, asked));
  };
  const run = (): Promise<void> => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    wanted = false;
    return running ??= sendOutbox({
      ...options,
      signal: stopping.signal,
      onRefused: (reason, spans) =>
        say(
          "refused",
          `${target.url.href} refused ${spans} span(s): ${reason}. They stay in the trace`,
        ),
    }).then(after, (error) => {
      // The state file cannot be read or written: the tracer itself will say so.
      over = true;
      trouble(messageOf(error));
    }).finally(() => {
      running = undefined;
      if (wanted) schedule(GATHER_MS);
    });
  };
  const schedule = (ms: number) => {
    if (timer !== undefined || over) return;
    const started = setTimeout(run, ms);
    Deno.unrefTimer(started);
    timer = started;
  };
  return {
    wake() {
      wanted = true;
      if (running === undefined) schedule(GATHER_MS);
    },
    async drain() {
      await running;
      if (!over) await run();
    },
    async stop() {
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
      if (failures > 0) over = true;
      const end = setTimeout(() => {
        stopping.abort(new Error("The program ended before it took all"));
      }, LAST_MS);
      await running;
      if (!over) await run();
      over = true;
      clearTimeout(end);
    },
  };
}
