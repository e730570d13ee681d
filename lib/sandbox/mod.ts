/**
 * The room that starts processes. Programs of the machine are run by absolute path, without a
 * shell, with an environment of their own, a cap on what they may say and an end in time. Commands
 * of a model run behind one interface, {@linkcode Executor}: in a container without a network, or
 * not at all.
 * @module
 */
export * from "./host_files.ts";
export * from "./host_process.ts";
export * from "./host_programs.ts";
export type { CapturedOutput } from "./capture.ts";
export {
  type CommandResult,
  type CopyReport,
  type Executor,
  type LeftOut,
  signalOf,
  WORKSPACE,
  type WorkspaceDiff,
} from "./executor.ts";
export type { SandboxSettings } from "./settings.ts";
export { createExecutor, type CreateExecutorOptions, sandboxDir } from "./create.ts";
export type { BuildImageOptions, BuiltImage } from "./image/build.ts";
export type { SandboxStatus } from "./care.ts";
export { buildSandboxImage, cleanSandbox, sandboxStatus } from "./care.ts";
