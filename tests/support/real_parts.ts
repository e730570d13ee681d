/**
 * Real parts that tests drive. A part that is not there makes its tests say
 * `skipped: no … (start: …)`; under `CI=true` it makes them fail, because CI is to provide it.
 */
import { findEngine } from "../../lib/sandbox/engine/engine.ts";
import { inspectImage } from "../../lib/sandbox/engine/image.ts";
import { buildSandboxImage } from "../../lib/sandbox/mod.ts";
import { SANDBOX_SETTINGS } from "./sandbox_settings.ts";

/** A part, or why it is not there. */
export type Part<T> =
  | { readonly there: true; readonly part: T }
  | { readonly there: false; readonly reason: string };

/** Registers a test that needs a real part. */
export function testWith<T>(
  name: string,
  part: Part<T>,
  fn: (part: T, t: Deno.TestContext) => Promise<void>,
): void {
  if (part.there) {
    Deno.test(name, (t) => fn(part.part, t));
  } else if (Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(`CI must provide this: ${part.reason}`);
    });
  } else {
    Deno.test({ name: `${name} … skipped: ${part.reason}`, ignore: true, fn: () => {} });
  }
}

/** A model server with the name of a small real model. */
export interface RealServer {
  readonly url: string;
  readonly model: string;
}

/**
 * The real Ollama: `OWLLM_TEST_OLLAMA` is its URL, else the usual port. The model `smollm2` is
 * made of the weights of FACTS by `.ci/run`.
 */
export function realOllama(): Promise<Part<RealServer>> {
  const url = Deno.env.get("OWLLM_TEST_OLLAMA") ?? "http://127.0.0.1:11434";
  return withModel(url, "smollm2", "no Ollama with smollm2 (start: ollama serve)");
}

/** llama.cpp's own server: `OWLLM_TEST_LLAMA_CPP` is its URL, else the usual port. */
export function realLlamaCpp(): Promise<Part<RealServer>> {
  const url = Deno.env.get("OWLLM_TEST_LLAMA_CPP") ?? "http://127.0.0.1:8080";
  return withModel(url, undefined, "no llama.cpp server (start: llama-server -m MODEL.gguf)");
}

/** Phoenix: `OWLLM_TEST_PHOENIX` is its URL, else the usual port. */
export async function realPhoenix(): Promise<Part<string>> {
  const url = Deno.env.get("OWLLM_TEST_PHOENIX") ?? "http://127.0.0.1:6006";
  const reason = "no Phoenix (start: phoenix serve)";
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok ? { there: true, part: url } : { there: false, reason };
  } catch (error) {
    return { there: false, reason: `${reason}; ${error instanceof Error ? error.message : ""}` };
  }
}

/** A Python with DuckDB: `OWLLM_TEST_DUCKDB` is its path. */
export function realDuckdb(): Part<string> {
  const python = Deno.env.get("OWLLM_TEST_DUCKDB");
  return python === undefined
    ? { there: false, reason: "no DuckDB (name a Python that has it: OWLLM_TEST_DUCKDB=PATH)" }
    : { there: true, part: python };
}

async function withModel(
  url: string,
  name: string | undefined,
  reason: string,
): Promise<Part<RealServer>> {
  try {
    const response = await fetch(`${url}/v1/models`, { signal: AbortSignal.timeout(2000) });
    const { data } = await response.json() as { data: { id: string }[] };
    const found = data.find(({ id }) => name === undefined || id === `${name}:latest`);
    if (found === undefined) return { there: false, reason };
    return { there: true, part: { url, model: name ?? found.id } };
  } catch (error) {
    return { there: false, reason: `${reason}; ${error instanceof Error ? error.message : ""}` };
  }
}

/** A container daemon with an image for the sandbox. */
export interface RealDocker {
  /** `unix:///…` */
  readonly host: string;
  /** Digest of an image that `owllm sandbox build` made. */
  readonly image: string;
}

/** The environment in which tests look for a daemon. */
function dockerEnv(host: string): (name: string) => string | undefined {
  return (name) => name === "DOCKER_HOST" ? host : Deno.env.get(name);
}

/**
 * The real Docker: `OWLLM_TEST_DOCKER` is its socket, else `DOCKER_HOST`, else the usual one. The
 * image is made of this host's packages where it is not there yet.
 */
export function realDocker(): Promise<Part<RealDocker>> {
  docker ??= findDocker();
  return docker;
}

let docker: Promise<Part<RealDocker>> | undefined;

async function findDocker(): Promise<Part<RealDocker>> {
  const host = Deno.env.get("OWLLM_TEST_DOCKER") ?? Deno.env.get("DOCKER_HOST") ??
    "unix:///var/run/docker.sock";
  const env = dockerEnv(host);
  const signal = AbortSignal.timeout(120_000);
  const stateDir = await Deno.makeTempDir({ prefix: "owllm-image-" });
  try {
    const engine = await findEngine({ kind: "docker", env }, signal);
    const found = await inspectImage(engine, "owllm-sandbox:tests", signal);
    if (found !== undefined) return { there: true, part: { host, image: found.digest } };
    // The id of this state directory, which the image is named after.
    await Deno.mkdir(`${stateDir}/sandbox`);
    await Deno.writeTextFile(`${stateDir}/sandbox/place`, "tests");
    const care = { settings: SANDBOX_SETTINGS, stateDir, env, signal };
    const { digest } = await buildSandboxImage(care, { packages: [] });
    return { there: true, part: { host, image: digest } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { there: false, reason: `no Docker daemon (start: systemctl start docker); ${reason}` };
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}

/**
 * The real podman, where `podman info` works. CI gives it limits that its machine allows by
 * `CONTAINERS_CONF`.
 *
 * @returns the digest of an image of the sandbox
 */
export async function realPodman(): Promise<Part<string>> {
  const env = (name: string) => Deno.env.get(name);
  const signal = AbortSignal.timeout(120_000);
  const stateDir = await Deno.makeTempDir({ prefix: "owllm-image-" });
  try {
    const engine = await findEngine({ kind: "podman", env }, signal);
    const found = await inspectImage(engine, "owllm-sandbox:tests", signal);
    if (found !== undefined) return { there: true, part: found.digest };
    await Deno.mkdir(`${stateDir}/sandbox`);
    await Deno.writeTextFile(`${stateDir}/sandbox/place`, "tests");
    const settings = { ...SANDBOX_SETTINGS, kind: "podman" as const };
    const { digest } = await buildSandboxImage({ settings, stateDir, env, signal }, {
      packages: [],
    });
    return { there: true, part: digest };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { there: false, reason: `no podman that works (start: podman info); ${reason}` };
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}
