import { z } from "zod";
import { type Clock, type Ids, OwllmError } from "../core/mod.ts";
import type { Database, Row } from "./database.ts";
import type { NewSmokeProbe, SmokeProbeRecord, SmokeRunRecord, SmokeRunsTable } from "./records.ts";
import { json, parseRow, toJson } from "./rows.ts";

const RunRow = z.strictObject({
  id: z.string(),
  model_id: z.string(),
  kind: z.string(),
  base_url: z.string(),
  server_version: z.string().nullable(),
  tier: z.string(),
  owllm_version: z.string(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  status: z.enum(["pass", "warn", "fail", "interrupted"]).nullable(),
  profile: json.nullable(),
}).transform((row): Omit<SmokeRunRecord, "probes"> => ({
  id: row.id,
  modelId: row.model_id,
  kind: row.kind,
  baseUrl: row.base_url,
  serverVersion: row.server_version,
  tier: row.tier,
  owllmVersion: row.owllm_version,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  status: row.status ?? "interrupted",
  profile: row.profile,
}));

const Measured = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const ProbeRow = z.strictObject({
  run_id: z.string(),
  seq: z.number(),
  id: z.string(),
  group: z.string(),
  tier: z.string(),
  status: z.enum(["pass", "warn", "fail", "skip"]),
  ms: z.number(),
  measured: json.pipe(Measured),
  diagnosis: z.string().nullable(),
  fix: z.string().nullable(),
}).transform(({ run_id: _, ...probe }): SmokeProbeRecord => probe);

const START = `
  INSERT INTO smoke_runs
    (id, model_id, kind, base_url, server_version, tier, owllm_version, started_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  `;

const ADD_PROBE = `
  INSERT INTO smoke_probes
    (run_id, seq, id, "group", tier, status, ms, measured, diagnosis, fix)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  `;

const FINISH = `
  UPDATE smoke_runs SET status = ?, profile = ?, finished_at = ? WHERE id = ?
  `;

/** Smoke runs and their probe results in an open file. */
export function createSmokeRunsTable(db: Database, clock: Clock, ids: Ids): SmokeRunsTable {
  const now = () => clock.now().toISOString();
  const probesOf = (runId: string) =>
    db.all("SELECT * FROM smoke_probes WHERE run_id = ? ORDER BY seq", runId)
      .map((row) => parseRow(ProbeRow, row, db.path, "smoke_probes"));
  const read = (row: Row): SmokeRunRecord => {
    const run = parseRow(RunRow, row, db.path, "smoke_runs");
    return { ...run, probes: probesOf(run.id) };
  };
  return {
    start(run) {
      const id = ids.next("smoke");
      const { modelId, kind, baseUrl, serverVersion, tier, owllmVersion } = run;
      db.write(() =>
        db.run(START, id, modelId, kind, baseUrl, serverVersion, tier, owllmVersion, now())
      );
      return id;
    },
    addProbe(runId, seq, result) {
      db.write(() => db.run(ADD_PROBE, runId, seq, ...probeValues(result)));
    },
    finish(runId, { status, profile }) {
      const changed = db.write(() => db.run(FINISH, status, toJson(profile), now(), runId));
      if (changed === 0) throw noSuchRun(runId);
    },
    get(runId) {
      const row = db.get("SELECT * FROM smoke_runs WHERE id = ?", runId);
      return row === undefined ? undefined : read(row);
    },
    list(modelId, limit) {
      const order = "ORDER BY started_at DESC, rowid DESC LIMIT ?";
      const rows = modelId === undefined
        ? db.all(`SELECT * FROM smoke_runs ${order}`, limit)
        : db.all(`SELECT * FROM smoke_runs WHERE model_id = ? ${order}`, modelId, limit);
      return rows.map(read);
    },
  };
}

function probeValues(result: NewSmokeProbe): (string | number | null)[] {
  const { id, group, tier, status, ms, measured } = result;
  const text = JSON.stringify(measured);
  return [id, group, tier, status, ms, text, result.diagnosis ?? null, result.fix ?? null];
}

function noSuchRun(runId: string): OwllmError {
  return new OwllmError({ code: "not_found", message: `No smoke run "${runId}"` });
}
