/**
 * The room that starts processes. Programs of the machine are run by absolute path, without a
 * shell, with an environment of their own, a cap on what they may say and an end in time.
 * @module
 */
export * from "./host_process.ts";
export * from "./host_programs.ts";
