import type { Clock } from "../../core/mod.ts";
import type {
  NewTraceEntry,
  NewTraceSession,
  TraceContent,
  TraceSessionEnd,
  TracesTable,
  TraceStepRecord,
} from "../../state/mod.ts";
import type { TraceSink } from "../sink.ts";
import { pack, type Packed } from "./pack.ts";
import { eventRow, messageRow, sessionRow, stepRow, toMicroseconds } from "./rows.ts";
import { WordCollector } from "./words.ts";

/** Records that come faster than this, in ms, share a transaction; a model's answers never do. */
const COMMIT_EVERY_MS = 20;

/** Most records in one transaction. */
const MAX_BATCH = 500;

/** What {@linkcode createTraceStore} needs. */
export interface TraceStoreOptions {
  readonly traces: TracesTable;
  readonly clock: Clock;
  /** Whether the records wait for an OTLP endpoint. */
  readonly outbox?: boolean;
  /** Told after each transaction of records that wait for an endpoint. */
  readonly written?: () => void;
}

/** Where a tracer's records are kept. */
export interface TraceStore extends TraceSink, Disposable {
  /** An entry that is not a tracer's own: a span of somebody else. */
  entry(entry: Omit<NewTraceEntry, "contents" | "body">, body: unknown): void;
  /** A session that no tracer opened. */
  session(session: NewTraceSession): void;
  /** Its end. */
  end(end: TraceSessionEnd): void;
  /** Writes what waits; readers of the same process call it first. */
  flush(): void;
}

/**
 * Keeps records in the tables. A record is committed at once when none was written in the last
 * moment, else together with those that follow it; the end of a step or session commits all.
 */
export function createTraceStore(options: TraceStoreOptions): TraceStore {
  const { traces, clock, outbox = false, written } = options;
  const words = new Map<string, WordCollector>();
  let waiting = emptyBatch();
  let lastCommit = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    if (size(waiting) === 0) return;
    const batch = waiting;
    waiting = emptyBatch();
    traces.write({ ...batch, outbox, writtenUs: toMicroseconds(clock.now().getTime() / 1000) });
    lastCommit = clock.monotonic();
    if (outbox) written?.();
  };
  const soon = () => {
    if (clock.monotonic() - lastCommit >= COMMIT_EVERY_MS || size(waiting) >= MAX_BATCH) {
      return flush();
    }
    if (timer !== undefined) return;
    const started = setTimeout(flush, COMMIT_EVERY_MS);
    // A program that has nothing else to do does not wait for it; disposing the store writes.
    Deno.unrefTimer(started);
    timer = started;
  };
  const keep = (packed: Packed, entry: NewTraceEntry) => {
    for (const [hash, text] of packed.contents) waiting.contents.push({ hash, text });
    waiting.entries.push(entry);
    soon();
  };
  const wordsOf = (sessionId: string): WordCollector => {
    let collector = words.get(sessionId);
    if (collector === undefined) words.set(sessionId, collector = new WordCollector());
    return collector;
  };
  return {
    sessionStarted(session) {
      waiting.sessions.push(sessionRow(session));
      flush();
    },
    session(session) {
      waiting.sessions.push(session);
      soon();
    },
    end(end) {
      waiting.ends.push(end);
      soon();
    },
    stepStarted(sessionId, step) {
      waiting.steps.push(stepRow(sessionId, step));
      soon();
    },
    event(sessionId, event) {
      const packed = pack(event);
      keep(packed, eventRow(sessionId, event, packed, wordsOf(sessionId)));
    },
    message(sessionId, message) {
      const packed = pack(message);
      keep(packed, messageRow(sessionId, message, packed, wordsOf(sessionId)));
    },
    entry(entry, body) {
      const packed = pack(body);
      keep(packed, { ...entry, body: packed.body, contents: [...packed.contents.keys()] });
    },
    stepEnded(sessionId, step) {
      waiting.steps.push(stepRow(sessionId, step));
      flush();
    },
    sessionEnded(sessionId, { ended_at, status, error, metadata }) {
      const endedUs = toMicroseconds(ended_at ?? clock.now().getTime() / 1000);
      waiting.ends.push({ id: sessionId, endedUs, status, error, metadata });
      words.delete(sessionId);
      flush();
    },
    flush,
    [Symbol.dispose]: flush,
  };
}

interface Waiting {
  readonly sessions: NewTraceSession[];
  readonly steps: TraceStepRecord[];
  readonly contents: TraceContent[];
  readonly entries: NewTraceEntry[];
  readonly ends: TraceSessionEnd[];
}

function emptyBatch(): Waiting {
  return { sessions: [], steps: [], contents: [], entries: [], ends: [] };
}

function size(batch: Waiting): number {
  return batch.sessions.length + batch.steps.length + batch.entries.length + batch.ends.length;
}
