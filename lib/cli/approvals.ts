import { nearest, OwllmError } from "../core/mod.ts";
import type { ApprovalRecord, State } from "../state/mod.ts";

/** How many requests are looked through for the one that was meant, and how many are named. */
const KNOWN = 500;
const SUGGESTED = 3;

/** The positional parameter of a command that takes a request. */
export const APPROVAL = {
  brief: "An id of `owllm approvals list`, the beginning of one, or last",
  placeholder: "APPROVAL",
  parse: (text: string): string => text,
} as const;

/**
 * The request of an id, of a beginning that only one id has, or the newest for `last`.
 *
 * @throws {@linkcode OwllmError} `not_found` with the nearest ids; `usage` when several begin so
 */
export function approvalById(state: State, typed: string): ApprovalRecord {
  const known = state.approvals.list({ limit: KNOWN });
  const found = typed === "last" ? known[0] : state.approvals.get(typed);
  if (found !== undefined) return found;
  const begin = typed === "" ? [] : known.filter(({ id }) => id.startsWith(typed));
  const [only] = begin;
  if (only !== undefined && begin.length === 1) return only;
  const ids = known.map(({ id }) => id);
  if (begin.length > 1) {
    throw new OwllmError({
      code: "usage",
      message: `"${typed}" is the beginning of ${begin.length} requests`,
      recoverySuggestion: `Type more of it: ${ids.slice(0, SUGGESTED).join(", ")}`,
    });
  }
  const near = nearest(typed, ids, SUGGESTED);
  throw new OwllmError({
    code: "not_found",
    message: `No request for an approval "${typed}"`,
    recoverySuggestion: ids.length === 0
      ? "Nothing was asked yet"
      : `${near.length > 0 ? `Near ones: ${near.join(", ")}   ` : ""}all: owllm approvals list`,
  });
}

/** How a request stands, with time taken into account. */
export function standing(record: ApprovalRecord, now: Date): string {
  const open = record.status === "waiting" || record.status === "approved";
  if (open && record.expiresAt <= now.toISOString()) return "expired";
  return record.status === "approved" ? `approved, ${record.scope}` : record.status;
}

/** A request as `--json` prints it. */
export function approvalJson(record: ApprovalRecord, now: Date) {
  return {
    id: record.id,
    status: standing(record, now).split(",")[0],
    scope: record.scope,
    kind: record.kind,
    title: record.title,
    repository: record.repository,
    run_id: record.runId,
    created_at: record.createdAt,
    expires_at: record.expiresAt,
    decided_at: record.decidedAt,
    used_at: record.usedAt,
    remark: record.remark,
    hash: record.hash,
    reasons: record.reasons,
    subject: record.subject,
  };
}
