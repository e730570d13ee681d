import { OwllmError } from "../../core/mod.ts";
import {
  findProgram,
  type HostBytes,
  type HostBytesOptions,
  runHostBytes,
  type SpawnSpec,
} from "../host_process.ts";
import { spawnProgram } from "../spawn.ts";
import { engineError, type EngineKind, noEngine } from "./errors.ts";

/** Longest that an engine may take for what is not a user's command, in ms. */
const ENGINE_TIMEOUT_MS = 30_000;

/** What is kept of an engine's words, in bytes. */
const MAX_WORDS_BYTES = 256 * 1024;

/** What an engine is found by. */
export interface EngineOptions {
  readonly kind: EngineKind;
  /** `unix:///…`; without it `DOCKER_HOST`, else what the user's docker context names. */
  readonly host?: string | undefined;
  env(name: string): string | undefined;
}

/** How one call differs from a short question. */
export interface EngineCall extends HostBytesOptions {
  readonly stdin?: string | Uint8Array | undefined;
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** Adds to the environment of the program on the host. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A container engine, driven by its program. Only sockets of this machine are ever talked to. */
export interface Engine {
  readonly kind: EngineKind;
  /** `unix:///…`; null where the engine has no daemon. */
  readonly host: string | null;
  /** Runs the program to its end; any exit code is a result. */
  call(args: readonly string[], signal: AbortSignal, call?: EngineCall): Promise<HostBytes>;
  /** Runs the program and returns its stdout. @throws {@linkcode engineError} unless it exits 0. */
  ask(
    doing: string,
    args: readonly string[],
    signal: AbortSignal,
    call?: EngineCall,
  ): Promise<string>;
  /** Starts the program with all three streams piped. */
  open(args: readonly string[]): Promise<Deno.ChildProcess>;
}

/**
 * Finds an engine.
 *
 * @throws `unreachable` without its program, `denied` when its daemon is on another machine.
 */
export async function findEngine(options: EngineOptions, signal: AbortSignal): Promise<Engine> {
  const { kind, env } = options;
  const program = await findProgram(kind, env("PATH"));
  if (program === undefined) throw noEngine(kind);
  const passed = kind === "podman" ? PODMAN_VARIABLES : [];
  const base = {
    PATH: env("PATH") ?? "",
    HOME: env("HOME") ?? "/",
    LC_ALL: "C",
    ...Object.fromEntries(passed.flatMap((name) => {
      const value = env(name);
      return value === undefined ? [] : [[name, value] as const];
    })),
  };
  const spec = (
    args: readonly string[],
    call: EngineCall,
    more: Record<string, string>,
  ): SpawnSpec => ({
    program,
    args,
    // Of all directories the one that every grant includes.
    cwd: Deno.cwd(),
    env: { ...base, ...more, ...call.env },
    stdin: call.stdin,
    maxOutputBytes: call.maxOutputBytes ?? MAX_WORDS_BYTES,
    timeoutMs: call.timeoutMs ?? ENGINE_TIMEOUT_MS,
  });
  const host = kind === "podman" ? null : localSocket(
    options.host ?? env("DOCKER_HOST") ?? await contextHost(spec(CONTEXT, {}, {}), signal),
  );
  // The person's own configuration could name proxies, whose addresses docker would pass on into
  // every container, and plugins.
  const fixed = host === null ? {} : { DOCKER_HOST: host, DOCKER_CONFIG: "/nonexistent/owllm" };
  const call = (args: readonly string[], signal: AbortSignal, call: EngineCall = {}) =>
    runHostBytes(spec(args, call, fixed), signal, call);
  return {
    kind,
    host,
    call,
    async ask(doing, args, signal, options) {
      const { code, stdout, stderr } = await call(args, signal, options);
      if (code !== 0) throw engineError(kind, textOf(stderr.head), doing);
      return textOf(stdout.head);
    },
    open: (args) => spawnProgram(spec(args, {}, fixed), "piped"),
  };
}

/** What podman needs to find its storage, and systemd for the control groups of a user. */
const PODMAN_VARIABLES = [
  "CONTAINERS_CONF",
  "CONTAINERS_STORAGE_CONF",
  "DBUS_SESSION_BUS_ADDRESS",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_RUNTIME_DIR",
];

const CONTEXT = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];

/** The address of the docker context that the person works with; Docker Desktop sets one. */
async function contextHost(spec: SpawnSpec, signal: AbortSignal): Promise<string> {
  const { code, stdout } = await runHostBytes(spec, signal);
  const host = textOf(stdout.head).trim();
  return code === 0 && host !== "" ? host : "unix:///var/run/docker.sock";
}

/** Refuses a daemon that is not on this machine: a repository would be sent to it. */
function localSocket(host: string): string {
  if (/^unix:\/\/\/[^\0]+$/.test(host)) return host;
  throw new OwllmError({
    code: "denied",
    message:
      `The container daemon "${host}" is not a socket of this machine, and owllm asks no other`,
    recoverySuggestion: 'Set sandbox.docker_host to a socket such as "unix:///var/run/docker.sock"',
    context: { docker_host: host },
  });
}

/** Bytes as text. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
