import { type Clock, type Ids, OwllmError } from "../core/mod.ts";
import { backupTo, checkFile, type StateBackup, type StateCheck } from "./care.ts";
import { type Database, wrapDatabase } from "./database.ts";
import { createEnvsTable } from "./envs.ts";
import { sqliteError } from "./errors.ts";
import { createApprovalsTable } from "./hands/approvals.ts";
import { createFileChangesTable } from "./hands/file_changes.ts";
import type { ApprovalsTable, FileChangesTable } from "./hands/records.ts";
import { assertOurs, readHeader } from "./header.ts";
import { migrate, versionOf } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { createModelsTable } from "./models.ts";
import { STATE_FILE } from "./named.ts";
import { createPrivateFile, keepFilePrivate, prepareDirectory } from "./place.ts";
import type {
  EnvsTable,
  ModelsTable,
  SandboxImagesTable,
  ServersTable,
  SmokeRunsTable,
} from "./records.ts";
import { createSandboxImagesTable } from "./sandbox_images.ts";
import { type AgentRunsTable, createAgentRunsTable } from "./runs/agent_runs.ts";
import { createServersTable } from "./servers.ts";
import { createSmokeRunsTable } from "./smoke_runs.ts";
import type { TracesTable } from "./traces/records.ts";
import { createTracesTable } from "./traces/table.ts";

/** The state file of a state directory. */
export function statePathIn(dir: string): string {
  return `${dir.replace(/\/+$/, "")}/${STATE_FILE}`;
}

/** How long a write waits for another process's write, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/** Pause between two tries to switch to the write-ahead log, in milliseconds. */
const WAL_RETRY_MS = 5;

/** What {@linkcode openState} needs. */
export interface OpenStateOptions {
  /** The state directory, absolute. */
  readonly dir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** `existing`: fail with `not_found` and create nothing when there is no file; else `create`. */
  readonly mode?: "create" | "existing";
}

/** The open state. Every method is synchronous and committed when it returns. */
export interface State extends Disposable {
  /** Path of the file. */
  readonly path: string;
  readonly models: ModelsTable;
  readonly servers: ServersTable;
  readonly envs: EnvsTable;
  readonly smokeRuns: SmokeRunsTable;
  readonly traces: TracesTable;
  readonly approvals: ApprovalsTable;
  readonly fileChanges: FileChangesTable;
  readonly agentRuns: AgentRunsTable;
  readonly sandboxImages: SandboxImagesTable;
  /** Copies the state into a new file while others may write; the copy is checked. */
  backup(target: string): Promise<StateBackup>;
  /** Reads every page and every reference. */
  check(): Promise<StateCheck>;
  close(): void;
}

/**
 * Opens the state file of a directory, making both when they are missing; `using` closes it.
 *
 * @throws {@linkcode OwllmError} `state` for a file that is damaged, newer, another program's, or
 * on a full disk; `denied` for one that may not be written. Such a file is never changed.
 */
export async function openState(options: OpenStateOptions): Promise<State> {
  const { dir, mode = "create" } = options;
  const path = statePathIn(dir);
  if (mode === "existing") await assertExists(path);
  await prepareDirectory(dir);
  return await openStateFile({ ...options, path });
}

/**
 * Opens one file with the same tables, wherever it lies: a trace file of its own. Its directory
 * must exist and is left as it is.
 *
 * @throws {@linkcode OwllmError} as {@linkcode openState}
 */
export async function openStateFile(
  options: Omit<OpenStateOptions, "dir"> & { readonly path: string },
): Promise<State> {
  const { path, clock, ids, mode = "create" } = options;
  if (mode === "existing") await assertExists(path);
  await createPrivateFile(path);
  const header = await readHeader(path);
  if (header !== undefined) assertOurs(header, MIGRATIONS.length, path);
  await keepFilePrivate(path);
  const db = await openDatabase(path, clock);
  return {
    path,
    models: createModelsTable(db, clock),
    servers: createServersTable(db, clock, ids),
    envs: createEnvsTable(db, clock),
    smokeRuns: createSmokeRunsTable(db, clock, ids),
    approvals: createApprovalsTable(db, clock, ids),
    fileChanges: createFileChangesTable(db, clock, ids),
    agentRuns: createAgentRunsTable(db, clock),
    traces: createTracesTable(db),
    sandboxImages: createSandboxImagesTable(db, clock),
    backup: (target) => backupTo(db, target),
    check: () => checkFile(db),
    close: () => db.close(),
    [Symbol.dispose]: () => db.close(),
  };
}

async function assertExists(path: string): Promise<void> {
  if (await exists(path)) return;
  throw new OwllmError({
    code: "not_found",
    message: `There is no state file "${path}" yet`,
    recoverySuggestion: "owllm makes it when a model is first used, or name one with `--state DIR`",
    context: { path },
  });
}

/** Opens the file and brings it to the newest schema. */
async function openDatabase(path: string, clock: Clock): Promise<Database> {
  const { DatabaseSync } = await import("node:sqlite");
  const open = (readOnly: boolean): Database => {
    try {
      // The timeout goes into the constructor, because the first PRAGMA may already have to wait.
      return wrapDatabase(new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly }), path);
    } catch (error) {
      throw sqliteError(error, path);
    }
  };
  // A log that was left behind may hold a newer schema than the header of the file tells.
  if (await exists(`${path}-wal`)) refuseNewer(open(true));
  const db = open(false);
  try {
    db.exec("PRAGMA foreign_keys = ON");
    // The first schema is committed before the file becomes a WAL file, so that its header names
    // owllm from the first page on.
    migrate(db);
    await useWal(db, clock);
    // NORMAL: a commit survives the end of the process, `kill -9` included; only a power cut may
    // take the last ones back. FULL costs a disk flush per write, 30 times slower where measured.
    db.exec("PRAGMA synchronous = NORMAL");
    // Writing the log back costs two flushes: every 16 MB of a busy trace instead of every 4.
    db.exec("PRAGMA wal_autocheckpoint = 4000");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function refuseNewer(db: Database): void {
  try {
    const userVersion = versionOf(db);
    const applicationId = Number(db.get("PRAGMA application_id")?.["application_id"] ?? 0);
    assertOurs({ userVersion, applicationId }, MIGRATIONS.length, db.path);
  } finally {
    db.close();
  }
}

/**
 * Switches to a write-ahead log. SQLite does not wait for other connections at this one step, so
 * of several processes that start at once some are refused and look again: one has done it.
 */
async function useWal(db: Database, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      if (db.get("PRAGMA journal_mode")?.["journal_mode"] === "wal") return;
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      const locked = error instanceof OwllmError && error.context["sqlite_code"] === 5;
      if (!locked || clock.monotonic() > deadline) throw error;
      await clock.sleep(WAL_RETRY_MS);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
