/**
 * The one SQLite file: models, servers, environments, smoke runs, traces. The only room that opens SQLite.
 * @module
 */
export * from "./records.ts";
export type * from "./hands/records.ts";
export type {
  AgentRunProgress,
  AgentRunRecord,
  AgentRunsTable,
  AgentRunTotals,
} from "./runs/agent_runs.ts";
export type * from "./traces/records.ts";
export {
  openState,
  openStateFile,
  type OpenStateOptions,
  type State,
  statePathIn,
} from "./open.ts";
export type { StateBackup, StateCheck } from "./care.ts";
