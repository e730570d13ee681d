/**
 * What the machine has: the checks of `owllm doctor`.
 * @module
 */
import type { Check } from "./check.ts";
import { cores, disk, memory } from "./machine.ts";
import { builtin, configuration, runtime, servers, stateFile } from "./own_parts.ts";
import { docker, git, gpu, installer, python } from "./programs.ts";

export * from "./check.ts";
export * from "./hardware.ts";

/** All checks, in the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  runtime,
  configuration,
  stateFile,
  servers,
  builtin,
  gpu,
  memory,
  cores,
  disk,
  docker,
  git,
  python,
  installer,
];
