/** Tables of what was asked of a person, and of what was written into repositories. */
export const HANDS_SCHEMA = `
  CREATE TABLE approvals (
    id          TEXT PRIMARY KEY,
    -- The run that asked; NULL for a request outside of any run.
    run_id      TEXT,
    repository  TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('command', 'patch')),
    -- One line for a list: the command, or the files of the patch.
    title       TEXT NOT NULL,
    -- All that was judged, as JSON; what is run must have the same hash.
    subject     TEXT NOT NULL CHECK (json_valid(subject)),
    hash        TEXT NOT NULL,
    -- Why a person is asked.
    reasons     TEXT NOT NULL CHECK (json_valid(reasons)),
    status      TEXT NOT NULL
                CHECK (status IN ('waiting', 'approved', 'denied', 'used', 'void')),
    scope       TEXT CHECK (scope IN ('once', 'session', 'always')),
    -- What the person said with it.
    remark      TEXT,
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    decided_at  TEXT,
    used_at     TEXT
  ) STRICT;
  CREATE INDEX approvals_by_hash ON approvals (hash, status);
  CREATE INDEX approvals_by_status ON approvals (status, created_at);

  CREATE TABLE file_changes (
    id          TEXT PRIMARY KEY,
    run_id      TEXT,
    repository  TEXT NOT NULL,
    patch       TEXT NOT NULL,
    -- Every file with its text before and after, so that a crash or a person can take it back.
    files       TEXT NOT NULL CHECK (json_valid(files)),
    status      TEXT NOT NULL CHECK (status IN ('applying', 'applied', 'failed', 'undone')),
    created_at  TEXT NOT NULL,
    ended_at    TEXT
  ) STRICT;
  CREATE INDEX file_changes_by_repository ON file_changes (repository, created_at);
  CREATE INDEX file_changes_by_run ON file_changes (run_id, created_at);
  `;
