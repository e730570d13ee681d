import type { SQLInputValue } from "node:sqlite";
import type { Database, Row } from "../database.ts";
import type { TraceClaim, TraceEntryRecord, TraceFrame, TraceOutbox } from "./records.ts";

/** The step index under which a session's own row stands. */
const SESSION_ITSELF = -1;

/** A step or session whose span can be told: it ended, or nobody has written to it for long. */
const FRAMES = `
  FROM trace_outbox_frames o
    JOIN trace_sessions s ON s.id = o.session_id
    LEFT JOIN trace_steps t ON t.session_id = o.session_id AND t.step_index = o.step_index
  WHERE (s.ended_us IS NOT NULL OR t.end_us IS NOT NULL OR s.updated_us < ?)
    AND (? IS NULL OR o.session_id = ?)
  `;
const ENTRIES = `
  FROM trace_outbox o JOIN trace_entries e ON e.id = o.entry_id
  WHERE (? IS NULL OR e.session_id = ?)
  `;

const CLAIM_ENTRIES =
  "UPDATE trace_outbox SET claimed_until_us = ? WHERE entry_id IN (SELECT value FROM json_each(?))";
const CLAIM_FRAME =
  "UPDATE trace_outbox_frames SET claimed_until_us = ? WHERE session_id = ? AND step_index = ?";

/** The outbox of an open file; `read` checks a row of `trace_entries`. */
export function createOutbox(db: Database, read: (row: Row) => TraceEntryRecord): TraceOutbox {
  const mark = (claim: TraceClaim, untilUs: number) => {
    db.run(CLAIM_ENTRIES, untilUs, idsOf(claim));
    for (const { sessionId, stepIndex } of claim.frames) {
      db.run(CLAIM_FRAME, untilUs, sessionId, stepIndex ?? SESSION_ITSELF);
    }
  };
  return {
    claim: ({ limit, nowUs, untilUs, cutBeforeUs, sessionId = null }) =>
      db.write(() => {
        const entries = db.all(
          `SELECT e.* ${ENTRIES} AND o.claimed_until_us <= ? ORDER BY o.entry_id LIMIT ?`,
          sessionId,
          sessionId,
          nowUs,
          limit,
        ).map(read);
        const frames = db.all(
          `SELECT o.session_id, o.step_index ${FRAMES} AND o.claimed_until_us <= ? LIMIT ?`,
          cutBeforeUs,
          sessionId,
          sessionId,
          nowUs,
          limit - entries.length,
        ).map(frameOf);
        const claim = { entries, frames };
        mark(claim, untilUs);
        return claim;
      }),
    release: (claim, untilUs) => db.write(() => mark(claim, untilUs)),
    sent: (claim) =>
      db.write(() => {
        db.run(
          "DELETE FROM trace_outbox WHERE entry_id IN (SELECT value FROM json_each(?))",
          idsOf(claim),
        );
        for (const { sessionId, stepIndex } of claim.frames) {
          db.run(
            "DELETE FROM trace_outbox_frames WHERE session_id = ? AND step_index = ?",
            sessionId,
            stepIndex ?? SESSION_ITSELF,
          );
        }
      }),
    messages: ({ sessionId, stepIndex }, limit) =>
      db.all(
        `SELECT * FROM trace_entries WHERE session_id = ? AND step_index IS ? AND kind = 'message'
          ORDER BY id LIMIT ?`,
        sessionId,
        stepIndex,
        limit,
      ).map(read),
    resend: (sessionId) => db.write(() => putAll(db, sessionId)),
    waiting: ({ nowUs, cutBeforeUs, sessionId = null }) => {
      const one = (source: string, ...values: SQLInputValue[]) =>
        db.get(
          `SELECT count(*) AS n, max(o.claimed_until_us) AS until,
            count(*) FILTER (WHERE o.claimed_until_us <= ?) AS free ${source}`,
          nowUs,
          ...values,
        );
      const rows = [
        one(ENTRIES, sessionId, sessionId),
        one(FRAMES, cutBeforeUs, sessionId, sessionId),
      ];
      const sum = (column: string) => rows.reduce((n, row) => n + Number(row?.[column] ?? 0), 0);
      const until = Math.max(...rows.map((row) => Number(row?.["until"] ?? 0)));
      return { free: sum("free"), claimed: sum("n") - sum("free"), claimedUntilUs: until };
    },
  };
}

/** Puts all that a session has into the outbox, free for everybody. */
function putAll(db: Database, sessionId: string): number {
  const frames = `INSERT OR REPLACE INTO trace_outbox_frames (session_id, step_index)
    SELECT id, ${SESSION_ITSELF} FROM trace_sessions WHERE id = ?1 AND kind <> 'spans'
    UNION ALL SELECT session_id, step_index FROM trace_steps WHERE session_id = ?1`;
  const entries = `INSERT OR REPLACE INTO trace_outbox (entry_id)
    SELECT id FROM trace_entries WHERE session_id = ? AND kind <> 'message'`;
  return db.run(frames, sessionId) + db.run(entries, sessionId);
}

function idsOf(claim: TraceClaim): string {
  return JSON.stringify(claim.entries.map(({ id }) => id));
}

function frameOf(row: Row): TraceFrame {
  const step = Number(row["step_index"]);
  return {
    sessionId: String(row["session_id"]),
    stepIndex: step === SESSION_ITSELF ? null : step,
  };
}
