/**
 * The one SQLite file: models, servers, environments, smoke runs. The only room that opens SQLite.
 * @module
 */
export * from "./records.ts";
export { openState, type OpenStateOptions, type State, statePathIn } from "./open.ts";
export type { StateBackup, StateCheck } from "./care.ts";
