import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import {
  type CommandResult,
  createExecutor,
  type Executor,
  type SandboxSettings,
  type SpawnSpec,
  WORKSPACE,
} from "../../lib/sandbox/mod.ts";
import type { RealDocker } from "./real_parts.ts";
import { SANDBOX_SETTINGS } from "./sandbox_settings.ts";
import { withTempDir } from "./state.ts";

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;

/** A started sandbox with its scratch directories. */
export interface TestSandbox {
  readonly executor: Executor;
  readonly stateDir: string;
  /** A directory of the host to copy from. */
  readonly repository: string;
  readonly notices: readonly string[];
  /** Runs a script by bash. */
  sh(script: string, more?: Partial<SpawnSpec>): Promise<CommandResult>;
}

/** What a test may choose. */
export interface TestSandboxOptions {
  readonly settings?: Partial<SandboxSettings>;
  /** Fills the repository before it is copied; without it nothing is copied. */
  prepare?(repository: string): Promise<void>;
}

/** An executor on the real daemon that is not started. */
export function testExecutor(
  docker: RealDocker,
  stateDir: string,
  settings: Partial<SandboxSettings> = {},
  onNotice: (text: string) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Executor> {
  return createExecutor({
    settings: { ...SANDBOX_SETTINGS, ...settings },
    stateDir,
    image: docker.image,
    clock: systemClock,
    ids: createIds(() => systemClock.now(), systemRandom),
    env: (name) => env[name] ?? (name === "DOCKER_HOST" ? docker.host : Deno.env.get(name)),
    onNotice,
  });
}

/** Runs `body` with a started sandbox and removes everything afterwards. */
export function withSandbox(
  docker: RealDocker,
  body: (sandbox: TestSandbox) => Promise<void>,
  { settings, prepare }: TestSandboxOptions = {},
): Promise<void> {
  return withTempDir(async (dir) => {
    const [stateDir, repository] = [`${dir}/state`, `${dir}/repository`];
    await Deno.mkdir(repository);
    const notices: string[] = [];
    await using executor = await testExecutor(docker, stateDir, settings, (text) => {
      notices.push(text);
    });
    await executor.start(never);
    if (prepare !== undefined) {
      await prepare(repository);
      await executor.copyIn(repository, never);
    }
    const sh = (script: string, more: Partial<SpawnSpec> = {}) =>
      executor.run({ ...shell(script), ...more }, never);
    await body({ executor, stateDir, repository, notices, sh });
  });
}

/** A command that runs a script. */
export function shell(script: string): SpawnSpec {
  return {
    program: "bash",
    args: ["-c", script],
    cwd: WORKSPACE,
    env: {},
    maxOutputBytes: 64 * 1024,
    timeoutMs: 20_000,
  };
}

/** The kept stdout of a result as text. */
export function out({ stdout }: CommandResult): string {
  return new TextDecoder().decode(stdout.head) + new TextDecoder().decode(stdout.tail);
}

/** The kept stderr of a result as text. */
export function err({ stderr }: CommandResult): string {
  return new TextDecoder().decode(stderr.head) + new TextDecoder().decode(stderr.tail);
}

/** Runs a program of the host to its end and returns stdout; throws with stderr unless it exits 0. */
export async function host(
  program: string,
  args: readonly string[],
  cwd?: string,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Makes a git repository with one commit of what is in a directory. */
export async function commitAll(directory: string): Promise<void> {
  await host("git", ["init", "-q", "-b", "main"], directory);
  await host("git", ["add", "-A", "-f"], directory);
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  await host("git", [...author, "commit", "-q", "--allow-empty", "-m", "first"], directory);
}

/** The docker client of the host against the real daemon. */
export function dockerOf({ host: address }: RealDocker): (...args: string[]) => Promise<string> {
  return (...args) => host("docker", ["--host", address, ...args]);
}

/** Waits until something holds; false when it does not in time. */
export async function soon(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
