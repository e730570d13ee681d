import { WORKSPACE } from "../executor.ts";
import type { SandboxSettings } from "../settings.ts";

/** The user that owns what commands must not change. Numbers that no distribution gives away. */
export const KEEPER = 64_001;

/** The user that commands run as in a copy. */
export const WORKER = 64_002;

/** Where the keeper has the state of the workspace as it was copied. */
export const KEEPER_DIR = "/owllm";

const MIB = 1024 * 1024;

/**
 * Git reads its configuration from a repository that a stranger may have written. These win over
 * it: no program of the repository's choosing runs, and odd owners are no error.
 */
const GIT_CONFIG: Readonly<Record<string, string>> = {
  "safe.directory": "*",
  "safe.bareRepository": "explicit",
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.pager": "cat",
  "core.editor": "false",
  "commit.gpgSign": "false",
};

/** The environment variables that harden git. */
export function gitEnvironment(
  config: Readonly<Record<string, string>> = GIT_CONFIG,
): Record<string, string> {
  const entries = Object.entries(config);
  const env: Record<string, string> = {
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_CONFIG_COUNT: String(entries.length),
  };
  for (const [index, [key, value]] of entries.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}

/** The whole environment of a sandbox; nothing comes from the host. */
export const SANDBOX_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/tmp",
  USER: "sandbox",
  LOGNAME: "sandbox",
  LANG: "C.UTF-8",
  TZ: "UTC",
  TERM: "dumb",
  PAGER: "cat",
  // The root is read-only, and a workspace is not to be littered.
  PYTHONDONTWRITEBYTECODE: "1",
  ...gitEnvironment(),
};

/** What a container is started from. */
export interface ContainerPlan {
  readonly name: string;
  /** Digest of the image. */
  readonly image: string;
  /** Path of the seccomp profile on the host. */
  readonly seccompPath: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly settings: SandboxSettings;
  /** Cores of this machine; an engine refuses to give more. */
  readonly cores: number;
  /** Set when the repository is mounted instead of copied. */
  readonly bind?: BindMount | undefined;
}

/** A repository of the host that commands write to. */
export interface BindMount {
  readonly repository: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * What the first process does. It ends when owllm's end of its stdin closes, however owllm ended;
 * with it the container ends. `timeout` is an end in any case.
 */
function firstProcess({ settings, bind }: ContainerPlan): string[] {
  const prepare = bind === undefined ? `chmod 1777 ${WORKSPACE}` : ":";
  const seconds = Math.round(settings.lifetimeMin * 60);
  return [
    "/bin/bash",
    "-c",
    `${prepare} && echo ready && exec timeout -s KILL ${seconds} cat >/dev/null`,
  ];
}

/** Else the host's name servers and search domains could be read inside. */
const DOCKER_ONLY = ["--dns", "127.0.0.1", "--dns-search", "."];

/**
 * Else the host's names could be read inside, and `/run` and `/var/tmp` would be written to without
 * a limit. Podman's own limit of a user's processes is more than some kernels let it set; those of a
 * container are limited anyway.
 */
const PODMAN_ONLY = ["--no-hosts", "--read-only-tmpfs=false", "--ulimit", "nproc=8192:8192"];

/** The words after the engine's name that start a container. */
export function containerArgs(plan: ContainerPlan): string[] {
  const { settings, bind } = plan;
  // Podman knows no uid here, but can give the place to the container's user.
  const keeper = settings.kind === "podman" ? "U" : `uid=${KEEPER},gid=${KEEPER}`;
  // A mounted repository is read by its owner alone, who then keeps the store as well.
  const reader = bind === undefined ? keeper : `uid=${bind.uid},gid=${bind.gid}`;
  const tmpfs = (
    path: string,
    mb: number,
    ...options: string[]
  ) => ["--tmpfs", `${path}:rw,nosuid,nodev,size=${mb}m,${options.join(",")}`];
  return [
    "run",
    "--rm",
    "--interactive",
    "--init",
    ...["--pull", "never"],
    ...["--name", plan.name],
    ...["--hostname", "sandbox"],
    ...Object.entries(plan.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...["--log-driver", "none"],
    ...(settings.runtime === undefined ? [] : ["--runtime", settings.runtime]),
    ...["--network", "none"],
    ...(settings.kind === "docker" ? DOCKER_ONLY : PODMAN_ONLY),
    "--read-only",
    ...["--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges"],
    ...["--security-opt", `seccomp=${plan.seccompPath}`],
    ...["--user", `${KEEPER}:${KEEPER}`],
    ...["--pids-limit", String(settings.pids)],
    // The same for both: no swap.
    ...["--memory", `${settings.memoryMb}m`, "--memory-swap", `${settings.memoryMb}m`],
    ...["--cpus", String(Math.min(settings.cpus, plan.cores))],
    ...["--ulimit", "nofile=4096:4096"],
    ...["--ulimit", "core=0:0"],
    ...["--ulimit", "msgqueue=0:0"],
    ...["--ulimit", `fsize=${settings.workspaceMb * MIB}:${settings.workspaceMb * MIB}`],
    ...["--ipc", "private", "--shm-size", "16m"],
    ...tmpfs("/tmp", settings.tmpMb, "exec", "mode=1777"),
    // The store holds every file once, uncompressed for speed, and what changes of them.
    ...tmpfs(KEEPER_DIR, settings.workspaceMb, "noexec", "mode=0700", reader),
    ...(bind === undefined
      ? tmpfs(WORKSPACE, settings.workspaceMb, "exec", "mode=1777", keeper)
      : bindArgs(bind)),
    ...["--workdir", WORKSPACE],
    ...Object.entries(SANDBOX_ENVIRONMENT).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...["--entrypoint", "", plan.image],
    ...firstProcess(plan),
  ];
}

/**
 * A mounted repository: its `.git` is a mount of its own, read-only, so that it can be neither
 * written nor renamed. A directory above a mount could be renamed away.
 */
function bindArgs({ repository }: BindMount): string[] {
  const mount = (
    path: string,
    target: string,
    more: string,
  ) => ["--mount", `type=bind,source=${path},target=${target}${more}`];
  return [
    ...mount(repository, WORKSPACE, ""),
    ...mount(`${repository}/.git`, `${WORKSPACE}/.git`, ",readonly"),
  ];
}
