import { z } from "zod";
import { type Clock, OwllmError } from "../../core/mod.ts";
import type { Database, Row } from "../database.ts";
import { json, parseRow } from "../rows.ts";

/** What a run has used up. */
export interface AgentRunTotals {
  readonly steps: number;
  readonly calls: number;
  readonly recoveredCalls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly durationMs: number;
}

/** A run of the agent. Times are ISO 8601, UTC. */
export interface AgentRunRecord {
  readonly id: string;
  readonly repository: string;
  readonly modelId: string;
  readonly task: string;
  readonly settings: unknown;
  readonly messages: unknown;
  readonly totals: AgentRunTotals;
  /** Null while it runs, and for ever when a crash cut it. */
  readonly end: string | null;
  readonly answer: string;
  readonly cause: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What changes while a run goes on. */
export type AgentRunProgress = Pick<
  AgentRunRecord,
  "messages" | "totals" | "end" | "answer" | "cause"
>;

/** The runs of the agent. Every write is committed when it returns. */
export interface AgentRunsTable {
  start(
    run: Pick<AgentRunRecord, "id" | "repository" | "modelId" | "task" | "settings" | "messages">,
  ): void;
  save(id: string, progress: AgentRunProgress): void;
  get(id: string): AgentRunRecord | undefined;
  /** The newest first. */
  list(
    filter: { readonly repository?: string | undefined; readonly limit: number },
  ): readonly AgentRunRecord[];
}

const Totals = z.strictObject({
  steps: z.number(),
  calls: z.number(),
  recoveredCalls: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  durationMs: z.number(),
});

const NOTHING: AgentRunTotals = {
  steps: 0,
  calls: 0,
  recoveredCalls: 0,
  promptTokens: 0,
  completionTokens: 0,
  durationMs: 0,
};

const RunRow = z.strictObject({
  id: z.string(),
  repository: z.string(),
  model_id: z.string(),
  task: z.string(),
  settings: json,
  messages: json,
  totals: json.pipe(Totals),
  end: z.string().nullable(),
  answer: z.string(),
  cause: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
}).transform((row): AgentRunRecord => ({
  id: row.id,
  repository: row.repository,
  modelId: row.model_id,
  task: row.task,
  settings: row.settings,
  messages: row.messages,
  totals: row.totals,
  end: row.end,
  answer: row.answer,
  cause: row.cause,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
}));

const START = `
  INSERT INTO agent_runs
    (id, repository, model_id, task, settings, messages, totals, answer, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?)
  `;

const SAVE = `
  UPDATE agent_runs SET messages = ?, totals = ?, "end" = ?, answer = ?, cause = ?, updated_at = ?
  WHERE id = ?
  `;

const LIST = `
  SELECT * FROM agent_runs WHERE (?1 IS NULL OR repository = ?1)
  ORDER BY created_at DESC, rowid DESC LIMIT ?2
  `;

/** The runs of the agent in an open file. */
export function createAgentRunsTable(db: Database, clock: Clock): AgentRunsTable {
  const read = (row: Row): AgentRunRecord => parseRow(RunRow, row, db.path, "agent_runs");
  const now = () => clock.now().toISOString();
  return {
    start({ id, repository, modelId, task, settings, messages }) {
      const [how, said, none] = [settings, messages, NOTHING].map((one) => JSON.stringify(one));
      db.write(() =>
        db.run(
          START,
          id,
          repository,
          modelId,
          task,
          how ?? "",
          said ?? "",
          none ?? "",
          now(),
          now(),
        )
      );
    },
    save(id, { messages, totals, end, answer, cause }) {
      const [said, used] = [JSON.stringify(messages), JSON.stringify(totals)];
      const changed = db.write(() => db.run(SAVE, said, used, end, answer, cause, now(), id));
      if (changed === 0) throw new OwllmError({ code: "not_found", message: `No run "${id}"` });
    },
    get(id) {
      const row = db.get("SELECT * FROM agent_runs WHERE id = ?", id);
      return row === undefined ? undefined : read(row);
    },
    list: ({ repository, limit }) => db.all(LIST, repository ?? null, limit).map(read),
  };
}
