import { SANDBOX_IMAGES_SCHEMA } from "./sandbox_images.ts";
import { HANDS_SCHEMA } from "./hands/schema.ts";
import { OUTBOX_SCHEMA } from "./traces/outbox_schema.ts";
import { RUNS_SCHEMA } from "./runs/schema.ts";
import { TRACES_SCHEMA } from "./traces/schema.ts";

/**
 * The steps from an empty file to the newest schema, in order; `user_version` is how many were
 * taken. A step that has been released is never edited: a change is a new step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE models (
    id             TEXT PRIMARY KEY CHECK (id <> ''),
    kind           TEXT NOT NULL,
    base_url       TEXT NOT NULL,
    name           TEXT NOT NULL,
    gguf_path      TEXT,
    base_model     TEXT,
    model_type     TEXT CHECK (model_type IN ('instruct', 'base')),
    port_hint      INTEGER,
    use_4bit       INTEGER CHECK (use_4bit IN (0, 1)),
    adapter_dir    TEXT,
    system_prompt  TEXT,
    context_tokens INTEGER CHECK (context_tokens > 0),
    source         TEXT NOT NULL CHECK (source IN ('added', 'seen', 'imported', 'pulled')),
    created_at     TEXT NOT NULL,
    profile        TEXT CHECK (json_valid(profile)),
    profile_at     TEXT
  ) STRICT;

  CREATE TABLE servers (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    base_url   TEXT NOT NULL UNIQUE,
    version    TEXT,
    pid        INTEGER,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL
  ) STRICT;

  CREATE TABLE envs (
    key          TEXT PRIMARY KEY,
    path         TEXT NOT NULL,
    spec         TEXT NOT NULL CHECK (json_valid(spec)),
    created_at   TEXT NOT NULL,
    last_used_at TEXT
  ) STRICT;

  CREATE TABLE smoke_runs (
    id             TEXT PRIMARY KEY,
    model_id       TEXT NOT NULL,
    kind           TEXT NOT NULL,
    base_url       TEXT NOT NULL,
    server_version TEXT,
    tier           TEXT NOT NULL,
    owllm_version  TEXT NOT NULL,
    started_at     TEXT NOT NULL,
    finished_at    TEXT,
    status         TEXT CHECK (status IN ('pass', 'warn', 'fail', 'interrupted')),
    profile        TEXT CHECK (json_valid(profile))
  ) STRICT;
  CREATE INDEX smoke_runs_by_model ON smoke_runs (model_id, started_at);

  CREATE TABLE smoke_probes (
    run_id    TEXT NOT NULL REFERENCES smoke_runs (id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL CHECK (seq >= 0),
    id        TEXT NOT NULL,
    "group"   TEXT NOT NULL,
    tier      TEXT NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('pass', 'warn', 'fail', 'skip')),
    ms        REAL NOT NULL,
    measured  TEXT NOT NULL CHECK (json_valid(measured)),
    diagnosis TEXT,
    fix       TEXT,
    PRIMARY KEY (run_id, seq)
  ) STRICT;
  `,
  TRACES_SCHEMA,
  SANDBOX_IMAGES_SCHEMA,
  HANDS_SCHEMA,
  OUTBOX_SCHEMA,
  RUNS_SCHEMA,
];
