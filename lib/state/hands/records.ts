/** What a person may be asked to approve. */
export type ApprovalKind = "command" | "patch";

/**
 * How long an approval holds: for one use, for every use of the same thing in the run that asked,
 * or for every use of the same thing in the repository.
 */
export type ApprovalScope = "once" | "session" | "always";

/** `void`: what was judged has changed, so the answer no longer means anything. */
export type ApprovalStatus = "waiting" | "approved" | "denied" | "used" | "void";

/** A request to a person and its answer. Times are ISO 8601, UTC. */
export interface ApprovalRecord {
  readonly id: string;
  readonly runId: string | null;
  readonly repository: string;
  readonly kind: ApprovalKind;
  readonly title: string;
  readonly subject: unknown;
  readonly hash: string;
  readonly reasons: unknown;
  readonly status: ApprovalStatus;
  readonly scope: ApprovalScope | null;
  readonly remark: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
  readonly usedAt: string | null;
}

/** A request to record. */
export type NewApproval =
  & Pick<
    ApprovalRecord,
    "runId" | "repository" | "kind" | "title" | "subject" | "hash" | "reasons"
  >
  & { readonly expiresAt: Date };

/** A person's answer. */
export interface ApprovalAnswer {
  readonly approved: boolean;
  readonly scope: ApprovalScope;
  readonly remark: string | null;
}

/** Exactly one thing in one run: what an approval binds to. */
export interface ApprovalKey {
  readonly hash: string;
  readonly repository: string;
  readonly runId: string | null;
}

/** Requests to a person. Every write is committed when it returns. */
export interface ApprovalsTable {
  /** Records a request; one that waits for the same thing in the same run is given back instead. */
  request(request: NewApproval): ApprovalRecord;
  get(id: string): ApprovalRecord | undefined;
  /** The newest first. */
  list(filter: {
    readonly status?: ApprovalStatus | undefined;
    readonly repository?: string | undefined;
    readonly limit: number;
  }): readonly ApprovalRecord[];
  /** Undefined when there is no such request, or it no longer waits, or it is too late. */
  answer(id: string, answer: ApprovalAnswer): ApprovalRecord | undefined;
  /**
   * Uses up an approval of exactly this thing, in one step that no other process can come between.
   * A `session` or `always` one stays for the next use.
   *
   * @returns the approval, or undefined when there is none that holds
   */
  use(key: ApprovalKey): ApprovalRecord | undefined;
  /** The last denial of exactly this thing in this run. */
  denied(key: ApprovalKey): ApprovalRecord | undefined;
  /** Takes an approval back, or a request whose subject has changed; false when it is over. */
  void(id: string): boolean;
}

/** One file of a change, with its text before and after; null where it was not there. */
export interface ChangedFile {
  readonly relative: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Permission bits. */
  readonly mode: number;
}

/** `applying`: a crash came between; the files may be half written. */
export type FileChangeStatus = "applying" | "applied" | "failed" | "undone";

/** A change that was written into a repository. */
export interface FileChangeRecord {
  readonly id: string;
  readonly runId: string | null;
  readonly repository: string;
  readonly patch: string;
  readonly files: readonly ChangedFile[];
  readonly status: FileChangeStatus;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

/** The changes that were written into repositories. */
export interface FileChangesTable {
  /** Records a change before its first byte is written. */
  begin(change: Pick<FileChangeRecord, "runId" | "repository" | "patch" | "files">): string;
  end(id: string, status: Exclude<FileChangeStatus, "applying">): void;
  get(id: string): FileChangeRecord | undefined;
  /** The newest first. */
  list(filter: {
    readonly repository?: string | undefined;
    readonly runId?: string | undefined;
    readonly status?: FileChangeStatus | undefined;
    readonly limit: number;
  }): readonly FileChangeRecord[];
}
