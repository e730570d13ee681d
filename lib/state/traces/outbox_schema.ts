/**
 * The outbox by claims: of several processes that send, each row is taken by one. A step or a
 * session is a span as well, once it has ended; messages go along with theirs.
 */
export const OUTBOX_SCHEMA = `
  ALTER TABLE trace_outbox ADD COLUMN claimed_until_us INTEGER NOT NULL DEFAULT 0;
  DELETE FROM trace_outbox
    WHERE entry_id IN (SELECT id FROM trace_entries WHERE kind = 'message');
  CREATE TABLE trace_outbox_frames (
    session_id       TEXT NOT NULL REFERENCES trace_sessions (id) ON DELETE CASCADE,
    -- -1: the session itself.
    step_index       INTEGER NOT NULL CHECK (step_index >= -1),
    claimed_until_us INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (session_id, step_index)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX trace_messages_by_step ON trace_entries (session_id, step_index)
    WHERE kind = 'message';
  `;
