/**
 * Tables of the traces. An event's `body` is the whole event as JSON; the other columns are what
 * lists and filters ask for. Times are microseconds since 1970, UTC.
 */
export const TRACES_SCHEMA = `
  CREATE TABLE trace_sessions (
    id            TEXT PRIMARY KEY CHECK (id <> ''),
    kind          TEXT NOT NULL,
    created_us    INTEGER NOT NULL,
    -- When something was last written: tells a run that still goes on from one that was cut.
    updated_us    INTEGER NOT NULL,
    ended_us      INTEGER,
    -- NULL while the session is open, and for ever when a crash cut it.
    status        TEXT CHECK (status IN ('ok', 'error')),
    error         TEXT CHECK (json_valid(error)),
    model         TEXT,
    pinned        INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    trace_id      TEXT NOT NULL,
    span_id       TEXT NOT NULL,
    metadata      TEXT NOT NULL CHECK (json_valid(metadata)),
    steps         INTEGER NOT NULL DEFAULT 0,
    events        INTEGER NOT NULL DEFAULT 0,
    messages      INTEGER NOT NULL DEFAULT 0,
    spans         INTEGER NOT NULL DEFAULT 0,
    tool_calls    INTEGER NOT NULL DEFAULT 0,
    errors        INTEGER NOT NULL DEFAULT 0,
    input_tokens  INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cost_usd      REAL
  ) STRICT;
  CREATE INDEX trace_sessions_by_time ON trace_sessions (created_us);
  CREATE INDEX trace_sessions_by_model ON trace_sessions (model, created_us);
  CREATE UNIQUE INDEX trace_sessions_by_trace ON trace_sessions (trace_id);

  CREATE TABLE trace_tags (
    session_id TEXT NOT NULL REFERENCES trace_sessions (id) ON DELETE CASCADE,
    tag        TEXT NOT NULL CHECK (tag <> ''),
    PRIMARY KEY (tag, session_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX trace_tags_by_session ON trace_tags (session_id);

  CREATE TABLE trace_steps (
    session_id TEXT NOT NULL REFERENCES trace_sessions (id) ON DELETE CASCADE,
    step_index INTEGER NOT NULL CHECK (step_index >= 0),
    step_id    TEXT NOT NULL,
    turn       INTEGER NOT NULL,
    start_us   INTEGER NOT NULL,
    end_us     INTEGER,
    span_id    TEXT NOT NULL,
    metadata   TEXT NOT NULL CHECK (json_valid(metadata)),
    PRIMARY KEY (session_id, step_index)
  ) STRICT, WITHOUT ROWID;

  -- Events, messages and the spans of others, in the order in which they were written.
  CREATE TABLE trace_entries (
    id            INTEGER PRIMARY KEY,
    session_id    TEXT NOT NULL REFERENCES trace_sessions (id) ON DELETE CASCADE,
    step_index    INTEGER,
    kind          TEXT NOT NULL
                  CHECK (kind IN ('cais', 'environment', 'runtime', 'message', 'span')),
    -- The model, tool, message type or span name.
    name          TEXT NOT NULL,
    start_us      INTEGER NOT NULL,
    duration_us   INTEGER,
    failed        INTEGER NOT NULL CHECK (failed IN (0, 1)),
    input_tokens  INTEGER,
    output_tokens INTEGER,
    reward        REAL,
    span_id       TEXT,
    body          TEXT NOT NULL CHECK (json_valid(body))
  ) STRICT;
  CREATE INDEX trace_entries_by_session ON trace_entries (session_id, id);

  -- Long texts, each kept once: the history that every request of a conversation repeats.
  CREATE TABLE trace_contents (
    id   INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE trace_content_uses (
    session_id TEXT NOT NULL REFERENCES trace_sessions (id) ON DELETE CASCADE,
    content_id INTEGER NOT NULL REFERENCES trace_contents (id),
    PRIMARY KEY (session_id, content_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX trace_content_uses_by_content ON trace_content_uses (content_id);

  -- The index alone: the texts themselves are in the bodies.
  CREATE VIRTUAL TABLE trace_search USING fts5 (
    prompt, arguments, result, error,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );

  -- Entries that the OTLP endpoint has not acknowledged yet.
  CREATE TABLE trace_outbox (
    entry_id INTEGER PRIMARY KEY REFERENCES trace_entries (id) ON DELETE CASCADE
  ) STRICT;
  `;
