import { type Clock, type Ids, OwllmError } from "../core/mod.ts";
import type { Executor } from "./executor.ts";
import type { SandboxSettings } from "./settings.ts";

/** What a place for commands is made of. */
export interface CreateExecutorOptions {
  readonly settings: SandboxSettings;
  /** The state directory, absolute. */
  readonly stateDir: string;
  /** Digest of the image that `owllm sandbox build` recorded, where one is. */
  readonly image: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  env(name: string): string | undefined;
  /** Something that a person should see and that is no failure. */
  onNotice?(text: string): void;
}

/** Where the sandbox keeps its locks in a state directory. */
export function sandboxDir(stateDir: string): string {
  return `${stateDir}/sandbox`;
}

/**
 * The place where commands of a model run, as it is configured. There is no falling back: when a
 * container cannot be had, `start` throws.
 */
export async function createExecutor(options: CreateExecutorOptions): Promise<Executor> {
  const { settings } = options;
  if (settings.kind === "none") {
    const { HostReadOnly } = await import("./host_read_only.ts");
    return new HostReadOnly(options);
  }
  if (settings.kind === "podman" && settings.workspace === "bind") throw noPodmanBind();
  if (settings.memoryMb < settings.workspaceMb + settings.tmpMb) throw tooLittleMemory(settings);
  const { ContainerExecutor } = await import("./engine/executor.ts");
  return new ContainerExecutor({ ...options, dir: sandboxDir(options.stateDir) });
}

/** Files of a sandbox are in its memory: full directories would kill commands instead of failing them. */
function tooLittleMemory({ memoryMb, workspaceMb, tmpMb }: SandboxSettings): OwllmError {
  return new OwllmError({
    code: "config",
    message:
      `sandbox.memory_mb (${memoryMb}) is less than sandbox.workspace_mb (${workspaceMb}) and sandbox.tmp_mb (${tmpMb}) together, and their files are in that memory`,
    recoverySuggestion: `Set sandbox.memory_mb to at least ${workspaceMb + tmpMb}`,
  });
}

/** Podman's mounts take one owner, and a mounted repository needs another than the container. */
function noPodmanBind(): OwllmError {
  return new OwllmError({
    code: "config",
    message: 'sandbox.workspace = "bind" works with docker only',
    recoverySuggestion: 'Set sandbox.workspace = "copy"',
  });
}
