import type { SandboxSettings } from "../../lib/sandbox/mod.ts";

/** A small sandbox, so that limits are reached soon. */
export const SANDBOX_SETTINGS: SandboxSettings = {
  kind: "docker",
  dockerHost: undefined,
  runtime: undefined,
  image: undefined,
  workspace: "copy",
  exclude: [],
  memoryMb: 512,
  workspaceMb: 128,
  tmpMb: 32,
  cpus: 2,
  pids: 128,
  lifetimeMin: 10,
  commandTimeoutMs: 20_000,
  outputKb: 64,
};
