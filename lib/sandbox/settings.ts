/** The `[sandbox]` table of the configuration, as this room takes it. */
export interface SandboxSettings {
  readonly kind: "docker" | "podman" | "none";
  /** `unix:///…` of the container daemon. */
  readonly dockerHost: string | undefined;
  /** A runtime that the engine knows, such as `runsc`. */
  readonly runtime: string | undefined;
  /** An image to use instead of the one that was built. */
  readonly image: string | undefined;
  readonly workspace: "copy" | "bind";
  /** Names that a copy leaves out wherever they are. */
  readonly exclude: readonly string[];
  readonly memoryMb: number;
  readonly workspaceMb: number;
  readonly tmpMb: number;
  readonly cpus: number;
  readonly pids: number;
  /** Longest life of a container, in minutes. */
  readonly lifetimeMin: number;
  readonly commandTimeoutMs: number;
  readonly outputKb: number;
}
