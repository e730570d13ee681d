import { type Clock, OwllmError } from "../../core/mod.ts";
import type { Reason } from "../../policy/mod.ts";
import type { ApprovalRecord, ApprovalScope, ApprovalsTable } from "../../state/mod.ts";
import { type ApprovalSubject, subjectHash } from "./subject.ts";

/** An unanswered request holds so long, in ms. */
const REQUEST_MS = 60 * 60 * 1000;

/**
 * Who is asked about what the policy does not allow by itself: `ask` a person (who is there, or
 * else answers later and resumes), or `never`: it is refused.
 */
export type ApprovalMode = "ask" | "never";

/** A person's answer at the terminal. */
export interface PersonAnswer {
  readonly approved: boolean;
  readonly scope: ApprovalScope;
  /** Why not; the model reads it. */
  readonly remark?: string | undefined;
}

/** Asks the person who is there. */
export type AskPerson = (request: ApprovalRecord, signal: AbortSignal) => Promise<PersonAnswer>;

/** What {@linkcode createApprovalGate} needs. */
export interface ApprovalGateOptions {
  readonly approvals: ApprovalsTable;
  readonly clock: Clock;
  readonly repository: string;
  readonly runId: string | null;
  readonly mode: ApprovalMode;
  /** Undefined where nobody is there to answer now. */
  readonly ask?: AskPerson | undefined;
  /** What to type for a request that waits; without it, to approve and to resume the run. */
  readonly wayOn?: ((request: ApprovalRecord) => string) | undefined;
}

/** A thing that needs a person. */
export interface ApprovalRequest {
  readonly subject: ApprovalSubject;
  readonly title: string;
  readonly reasons: readonly Reason[];
}

/** Nothing goes on until a person has answered; the run is saved and can be resumed. */
export class ApprovalPendingError extends OwllmError {
  constructor(readonly approval: ApprovalRecord, wayOn: (request: ApprovalRecord) => string) {
    super({
      code: "denied",
      message: `This needs your approval: ${approval.title}`,
      recoverySuggestion: wayOn(approval),
      context: { approval: approval.id },
    });
    this.name = "ApprovalPendingError";
  }
}

/** Lets a thing pass once a person has said yes to exactly this thing. */
export interface ApprovalGate {
  /**
   * Returns the approval that was used.
   *
   * @throws {@linkcode ApprovalPendingError} when nobody is there to answer; {@linkcode OwllmError} `denied` when the person
   * said no, or nobody may be asked
   */
  pass(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalRecord>;
}

/** The gate of one run. */
export function createApprovalGate(options: ApprovalGateOptions): ApprovalGate {
  const { approvals, clock, repository, runId, mode, ask, wayOn = approveAndResume } = options;
  return {
    async pass({ subject, title, reasons }, signal) {
      const key = { hash: subjectHash(subject), repository, runId };
      const holding = approvals.use(key);
      if (holding !== undefined) return holding;
      // The same question is not asked again in the same run.
      const denied = approvals.denied(key);
      if (denied !== undefined) throw refused(denied);
      if (mode === "never") throw nobodyMayBeAsked(title, reasons);
      const expiresAt = new Date(clock.now().getTime() + REQUEST_MS);
      const request = approvals.request({
        ...key,
        kind: subject.kind,
        title,
        subject,
        reasons,
        expiresAt,
      });
      if (ask === undefined) throw new ApprovalPendingError(request, wayOn);
      const { approved, scope, remark = null } = await ask(request, signal);
      const answered = approvals.answer(request.id, { approved, scope, remark });
      if (answered === undefined) throw tooLate(request);
      if (!approved) throw refused(answered);
      // Another process of the same run may have used it up in between.
      const used = approvals.use(key);
      if (used === undefined) throw tooLate(request);
      return used;
    },
  };
}

function approveAndResume({ id, runId }: ApprovalRecord): string {
  const resume = runId === null ? "" : `   then: owllm resume ${runId}`;
  return `owllm approvals show ${id}   then: owllm approvals approve ${id}${resume}`;
}

function refused(record: ApprovalRecord): OwllmError {
  return new OwllmError({
    code: "denied",
    message: `The person said no to: ${record.title}${record.remark ? ` (${record.remark})` : ""}`,
    recoverySuggestion: record.remark
      ? "Do as the person says"
      : "Try another way that needs no approval, or finish without it",
    context: { approval: record.id },
  });
}

function nobodyMayBeAsked(title: string, reasons: readonly Reason[]): OwllmError {
  const why = reasons.find(({ decision }) => decision === "approve")?.message;
  return new OwllmError({
    code: "denied",
    message: `This needs an approval, and nobody may be asked: ${title}${why ? ` (${why})` : ""}`,
    recoverySuggestion: "Use a command that only reads, or the file tools",
  });
}

function tooLate(request: ApprovalRecord): OwllmError {
  return new OwllmError({
    code: "denied",
    message: `The answer came too late, or somebody else answered: ${request.title}`,
    recoverySuggestion: "Ask again",
    context: { approval: request.id },
  });
}
