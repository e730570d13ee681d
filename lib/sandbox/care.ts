import { OwllmError } from "../core/mod.ts";
import { sandboxDir } from "./create.ts";
import type { Engine } from "./engine/engine.ts";
import type { BuildImageOptions, BuiltImage } from "./image/build.ts";
import type { SandboxSettings } from "./settings.ts";

/** What looking after the sandbox needs. */
export interface SandboxCare {
  readonly settings: SandboxSettings;
  /** The state directory, absolute. */
  readonly stateDir: string;
  env(name: string): string | undefined;
  readonly signal: AbortSignal;
}

/** Whether commands could run now. */
export interface SandboxStatus {
  readonly kind: SandboxSettings["kind"];
  readonly ok: boolean;
  /** Where the daemon listens; null without one. */
  readonly host: string | null;
  readonly engineVersion: string | null;
  readonly image: { readonly digest: string; readonly sizeBytes: number } | null;
  /** Containers of this state directory, and how many of them nobody owns any more. */
  readonly containers: number;
  readonly orphans: number;
  /** Why not, with the way out. */
  readonly problem: OwllmError | undefined;
}

/** Looks whether commands could run. What is wrong is told, not thrown. */
export async function sandboxStatus(
  { settings, stateDir, env, signal }: SandboxCare,
  image: string | undefined,
): Promise<SandboxStatus> {
  const nothing = {
    kind: settings.kind,
    ok: false,
    host: null,
    engineVersion: null,
    image: null,
    containers: 0,
    orphans: 0,
    problem: undefined,
  };
  if (settings.kind === "none") return nothing;
  let seen: SandboxStatus = nothing;
  try {
    const engine = await engineOf(settings, env, signal);
    seen = { ...seen, host: engine.host };
    const format = engine.kind === "podman" ? "{{.Client.Version}}" : "{{.Server.Version}}";
    const version = await engine.ask("tell its version", ["version", "--format", format], signal);
    seen = { ...seen, engineVersion: version.trim() };
    const { listContainers } = await import("./engine/owner.ts");
    const listed = await listContainers(engine, sandboxDir(stateDir), signal);
    seen = {
      ...seen,
      containers: listed.length,
      orphans: listed.filter(({ orphan }) => orphan).length,
    };
    const { demandImage } = await import("./engine/image.ts");
    const found = await demandImage(engine, settings.image ?? image, signal);
    return { ...seen, ok: true, image: { digest: found.digest, sizeBytes: found.sizeBytes } };
  } catch (error) {
    if (!(error instanceof OwllmError) || signal.aborted) throw error;
    return { ...seen, problem: error };
  }
}

/** Makes the image of the sandbox; the caller records its digest. */
export async function buildSandboxImage(
  { settings, stateDir, env, signal }: SandboxCare,
  options: Omit<BuildImageOptions, "engine" | "place" | "signal">,
): Promise<BuiltImage> {
  const engine = await engineOf(settings, env, signal);
  const { placeId } = await import("./engine/owner.ts");
  const { buildImage } = await import("./image/build.ts");
  const place = await placeId(sandboxDir(stateDir));
  return await buildImage({ ...options, engine, place, signal });
}

/**
 * Removes containers whose owllm is gone, and our images but one.
 *
 * @param keep digest of the image that stays
 */
export async function cleanSandbox(
  { settings, stateDir, env, signal }: SandboxCare,
  keep: string | undefined,
): Promise<{ readonly containers: readonly string[]; readonly images: number }> {
  const engine = await engineOf(settings, env, signal);
  const { placeId, sweepOrphans } = await import("./engine/owner.ts");
  const { removeOldImages } = await import("./image/build.ts");
  const dir = sandboxDir(stateDir);
  const containers = await sweepOrphans(engine, dir, signal);
  return { containers, images: await removeOldImages(engine, await placeId(dir), keep, signal) };
}

async function engineOf(
  settings: SandboxSettings,
  env: (name: string) => string | undefined,
  signal: AbortSignal,
): Promise<Engine> {
  const { findEngine } = await import("./engine/engine.ts");
  const kind = settings.kind === "podman" ? "podman" : "docker";
  return await findEngine({ kind, host: settings.dockerHost, env }, signal);
}
