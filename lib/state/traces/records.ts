/** Times in these records are microseconds since 1970, UTC. */

/** A traced session as a list shows it. */
export interface TraceSessionRecord {
  readonly id: string;
  readonly kind: string;
  readonly createdUs: number;
  /** When something was last written. */
  readonly updatedUs: number;
  readonly endedUs: number | null;
  /** Null while it is open, and for ever when a crash cut it. */
  readonly status: "ok" | "error" | null;
  readonly error: unknown;
  /** The model it was opened for, else the one of its first model event. */
  readonly model: string | null;
  readonly pinned: boolean;
  readonly traceId: string;
  readonly spanId: string;
  readonly metadata: unknown;
  readonly tags: readonly string[];
  readonly steps: number;
  readonly events: number;
  readonly messages: number;
  readonly spans: number;
  readonly toolCalls: number;
  /** Events with an error. */
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where no event had a price. */
  readonly costUsd: number | null;
}

/** A session to begin. */
export type NewTraceSession =
  & Pick<TraceSessionRecord, "id" | "kind" | "createdUs" | "traceId" | "spanId" | "tags">
  & {
    readonly metadata: unknown;
    readonly model?: string | null;
    /** Not pinned when left out. */
    readonly pinned?: boolean;
  };

/** The end of a session. */
export interface TraceSessionEnd {
  readonly id: string;
  readonly endedUs: number;
  readonly status: "ok" | "error";
  readonly error: unknown;
  readonly metadata: unknown;
}

/** A step of a session; null `endUs` while it is open or where the trace was cut. */
export interface TraceStepRecord {
  readonly sessionId: string;
  readonly stepIndex: number;
  readonly stepId: string;
  readonly turn: number;
  readonly startUs: number;
  readonly endUs: number | null;
  readonly spanId: string;
  readonly metadata: unknown;
}

/** What an entry is. */
export type TraceEntryKind = "cais" | "environment" | "runtime" | "message" | "span";

/** An event, a message or a foreign span. */
export interface TraceEntryRecord {
  /** Ascends in the order of writing. */
  readonly id: number;
  readonly sessionId: string;
  readonly stepIndex: number | null;
  readonly kind: TraceEntryKind;
  readonly name: string;
  readonly startUs: number;
  readonly durationUs: number | null;
  readonly failed: boolean;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly reward: number | null;
  readonly spanId: string | null;
  /** The whole entry as JSON text; long texts in it are references to contents. */
  readonly body: string;
}

/** The words of an entry that a search finds. */
export interface TraceWords {
  readonly prompt: string;
  readonly arguments: string;
  readonly result: string;
  readonly error: string;
}

/** An entry to write. */
export interface NewTraceEntry extends Omit<TraceEntryRecord, "id"> {
  /** Undefined when there is nothing to find in it. */
  readonly words: TraceWords | undefined;
  /** Hashes of the contents that its body refers to. */
  readonly contents: readonly string[];
  /** What it adds to its session. */
  readonly costUsd: number | null;
  readonly toolCall: boolean;
  readonly model: string | null;
}

/** A long text, by the SHA-256 of its UTF-8 bytes in hex. */
export interface TraceContent {
  readonly hash: string;
  readonly text: string;
}

/** The beginning of a long text. */
export interface TraceContentHead {
  readonly head: string;
  /** Size of the whole text in UTF-8. */
  readonly bytes: number;
}

/** What is written in one transaction, in this order. */
export interface TraceBatch {
  /** Ids of sessions that are taken first, with all that is theirs: a new one takes their place. */
  readonly replaces?: readonly string[];
  readonly sessions: readonly NewTraceSession[];
  /** New steps, and known ones that ended. */
  readonly steps: readonly TraceStepRecord[];
  readonly contents: readonly TraceContent[];
  readonly entries: readonly NewTraceEntry[];
  readonly ends: readonly TraceSessionEnd[];
  /** Whether the entries wait for an OTLP endpoint. */
  readonly outbox: boolean;
  readonly writtenUs: number;
}

/** Which sessions to list; what is left out does not filter. */
export interface TraceFilter {
  readonly model?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: "ok" | "error" | "open" | undefined;
  readonly sinceUs?: number | undefined;
  readonly tag?: string | undefined;
  readonly limit: number;
}

/** Where to search, and how much to give back. */
export interface TraceSearchOptions {
  readonly limit: number;
  readonly sessionId?: string | undefined;
}

/** A found entry. */
export interface TraceHit {
  readonly entry: TraceEntryRecord;
  /** Lower is better; SQLite's bm25, or 0 where only time decided. */
  readonly rank: number;
}

/** What a search found. */
export interface TraceSearchResult {
  readonly hits: readonly TraceHit[];
  /** All matches, counted up to a limit. */
  readonly matches: number;
  /** True when there are more matches than were counted: then only the newest were ranked. */
  readonly more: boolean;
}

/** What a pruning took, or would take. */
export interface TracePruned {
  readonly sessions: readonly string[];
  readonly entries: number;
  /** Sessions that were old enough and stay because they are pinned. */
  readonly pinned: number;
}

/** The traces in an open file. Every write is committed when it returns. */
export interface TracesTable {
  write(batch: TraceBatch): void;
  /** The newest first. */
  list(filter: TraceFilter): readonly TraceSessionRecord[];
  get(id: string): TraceSessionRecord | undefined;
  /** The session of a trace id of OpenTelemetry. */
  findByTraceId(traceId: string): TraceSessionRecord | undefined;
  /** Ids that start with these characters, the newest first. */
  idsLike(prefix: string, limit: number): readonly string[];
  steps(sessionId: string): readonly TraceStepRecord[];
  /** Entries in order; `afterId` goes on where a page ended. */
  entries(
    sessionId: string,
    page?: { readonly afterId?: number; readonly limit?: number },
  ): readonly TraceEntryRecord[];
  contents(hashes: readonly string[]): ReadonlyMap<string, string>;
  /** The beginnings of contents, `characters` long, and how long they are in all. */
  contentHeads(
    hashes: readonly string[],
    characters: number,
  ): ReadonlyMap<string, TraceContentHead>;
  /** Entries that match all of these FTS5 expressions. */
  search(terms: readonly string[], options: TraceSearchOptions): TraceSearchResult;
  /** False when there is no such session; so do the next ones. */
  pin(id: string, pinned: boolean): boolean;
  tag(id: string, tag: string): boolean;
  untag(id: string, tag: string): boolean;
  remove(id: string): boolean;
  /** Takes sessions that began before a time; `dryRun` only tells. */
  prune(options: { readonly beforeUs: number; readonly dryRun: boolean }): TracePruned;
  /** What an OTLP endpoint has not acknowledged yet. */
  readonly outbox: TraceOutbox;
}

/** A step, or the session itself, as a thing to send. */
export interface TraceFrame {
  readonly sessionId: string;
  /** Null: the session. */
  readonly stepIndex: number | null;
}

/** What one sender took out of the outbox: nobody else takes it until the claim is over. */
export interface TraceClaim {
  /** Events and foreign spans, the oldest first. */
  readonly entries: readonly TraceEntryRecord[];
  /** Steps and sessions that have ended. */
  readonly frames: readonly TraceFrame[];
}

/** Which part of the outbox is meant. */
export interface OutboxSelection {
  readonly nowUs: number;
  /** A session that is open and was not written to since counts as cut by a crash. */
  readonly cutBeforeUs: number;
  /** Only of this session. */
  readonly sessionId?: string | undefined;
}

/** Spans that wait for an OTLP endpoint. */
export interface TraceOutbox {
  /** Takes up to `limit` spans; a claim whose time is over is free again. */
  claim(
    options: OutboxSelection & { readonly limit: number; readonly untilUs: number },
  ): TraceClaim;
  /** Gives back what was claimed; `untilUs` in the future keeps it back until then. */
  release(claim: TraceClaim, untilUs: number): void;
  /** Forgets what was acknowledged. */
  sent(claim: TraceClaim): void;
  /** The messages right under a step, or under the session outside of steps, in order. */
  messages(frame: TraceFrame, limit: number): readonly TraceEntryRecord[];
  /** Puts all of a session in again; returns how many spans that is. */
  resend(sessionId: string): number;
  /** How many spans wait, how many of them somebody has claimed, and until when at the latest. */
  waiting(
    selection: OutboxSelection,
  ): { readonly free: number; readonly claimed: number; readonly claimedUntilUs: number };
}
