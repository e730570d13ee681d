/** Runs of the agent: the conversation so far, saved with every event, so that a run can go on. */
export const RUNS_SCHEMA = `
  CREATE TABLE agent_runs (
    id            TEXT PRIMARY KEY,
    repository    TEXT NOT NULL,
    model_id      TEXT NOT NULL,
    task          TEXT NOT NULL,
    -- How the model is asked, as JSON: protocol, window, limits.
    settings      TEXT NOT NULL CHECK (json_valid(settings)),
    messages      TEXT NOT NULL CHECK (json_valid(messages)),
    totals        TEXT NOT NULL CHECK (json_valid(totals)),
    -- NULL while it runs, and for ever when a crash cut it: then it can be resumed.
    end           TEXT,
    answer        TEXT NOT NULL,
    cause         TEXT,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX agent_runs_by_time ON agent_runs (created_at);
  `;
