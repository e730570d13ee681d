import { z } from "zod";
import type { Clock, Ids } from "../../core/mod.ts";
import type { Database, Row } from "../database.ts";
import { json, parseRow } from "../rows.ts";
import type { ApprovalRecord, ApprovalScope, ApprovalsTable } from "./records.ts";

const HOUR_MS = 60 * 60 * 1000;

/**
 * How long an approval of each scope holds, in ms, from the answer on. A `session` also ends with its
 * run, so that its time is only for runs that nobody resumes any more; `always` ends too, because
 * nobody remembers for ever what they agreed to.
 */
const HOLDS_MS: Readonly<Record<ApprovalScope, number>> = {
  once: HOUR_MS,
  session: 24 * HOUR_MS,
  always: 30 * 24 * HOUR_MS,
};

const ApprovalRow = z.strictObject({
  id: z.string(),
  run_id: z.string().nullable(),
  repository: z.string(),
  kind: z.enum(["command", "patch"]),
  title: z.string(),
  subject: json,
  hash: z.string(),
  reasons: json,
  status: z.enum(["waiting", "approved", "denied", "used", "void"]),
  scope: z.enum(["once", "session", "always"]).nullable(),
  remark: z.string().nullable(),
  created_at: z.string(),
  expires_at: z.string(),
  decided_at: z.string().nullable(),
  used_at: z.string().nullable(),
}).transform((row): ApprovalRecord => ({
  id: row.id,
  runId: row.run_id,
  repository: row.repository,
  kind: row.kind,
  title: row.title,
  subject: row.subject,
  hash: row.hash,
  reasons: row.reasons,
  status: row.status,
  scope: row.scope,
  remark: row.remark,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  decidedAt: row.decided_at,
  usedAt: row.used_at,
}));

const REQUEST = `
  INSERT INTO approvals
    (id, run_id, repository, kind, title, subject, hash, reasons, status, created_at, expires_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)
  RETURNING *
  `;

const WAITING = `
  SELECT * FROM approvals
  WHERE hash = ? AND run_id IS ? AND repository = ? AND status = 'waiting' AND expires_at > ?
  LIMIT 1
  `;

const ANSWER = `
  UPDATE approvals SET status = ?, scope = ?, remark = ?, decided_at = ?,
    expires_at = ?
  WHERE id = ? AND status = 'waiting' AND expires_at > ?
  RETURNING *
  `;

// One that is used up goes first, so that a lasting one stays for later.
const HOLDING = `
  SELECT * FROM approvals
  WHERE hash = ? AND repository = ? AND status = 'approved' AND expires_at > ?
    AND (scope = 'always' OR run_id IS ?)
  ORDER BY scope = 'once' DESC, created_at LIMIT 1
  `;

const USE = `
  UPDATE approvals SET used_at = ?, status = CASE scope WHEN 'once' THEN 'used' ELSE status END
  WHERE id = ? RETURNING *
  `;

const DENIED = `
  SELECT * FROM approvals
  WHERE hash = ? AND repository = ? AND run_id IS ? AND status = 'denied'
  ORDER BY decided_at DESC LIMIT 1
  `;

const LIST = `
  SELECT * FROM approvals
  WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR repository = ?2)
  ORDER BY created_at DESC, id DESC LIMIT ?3
  `;

const VOID = `
  UPDATE approvals SET status = 'void' WHERE id = ? AND status IN ('waiting', 'approved')
  `;

/** The requests to a person in an open file. */
export function createApprovalsTable(db: Database, clock: Clock, ids: Ids): ApprovalsTable {
  const read = (row: Row): ApprovalRecord => parseRow(ApprovalRow, row, db.path, "approvals");
  const one = (row: Row | undefined) => row === undefined ? undefined : read(row);
  const now = () => clock.now().toISOString();
  return {
    request({ runId, repository, kind, title, subject, hash, reasons, expiresAt }) {
      return db.write(() => {
        const waiting = db.get(WAITING, hash, runId, repository, now());
        if (waiting !== undefined) return read(waiting);
        const [what, why] = [JSON.stringify(subject), JSON.stringify(reasons)];
        const end = expiresAt.toISOString();
        const id = ids.next("approval");
        return read(
          db.get(REQUEST, id, runId, repository, kind, title, what, hash, why, now(), end) ?? {},
        );
      });
    },
    get: (id) => one(db.get("SELECT * FROM approvals WHERE id = ?", id)),
    list: ({ status, repository, limit }) =>
      db.all(LIST, status ?? null, repository ?? null, limit).map(read),
    answer: (id, { approved, scope, remark }) =>
      db.write(() => {
        const status = approved ? "approved" : "denied";
        const end = new Date(clock.now().getTime() + HOLDS_MS[scope]).toISOString();
        return one(db.get(ANSWER, status, scope, remark, now(), end, id, now()));
      }),
    use: ({ hash, repository, runId }) =>
      db.write(() => {
        const holding = one(db.get(HOLDING, hash, repository, now(), runId));
        return holding === undefined ? undefined : one(db.get(USE, now(), holding.id));
      }),
    denied: ({ hash, repository, runId }) => one(db.get(DENIED, hash, repository, runId)),
    void: (id) => db.write(() => db.run(VOID, id)) > 0,
  };
}
