import { formatBytes, OwllmError } from "../core/mod.ts";
import { findProgram, type HostResult, runHostProgram } from "../sandbox/mod.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";
import { NVIDIA_SMI_ARGS, parseNvidiaSmi } from "./hardware.ts";

/** What is kept of a program's words, in bytes. */
const MAX_OUTPUT_BYTES = 16 * 1024;

/** How long a program may take to tell its version, in milliseconds. */
const PROGRAM_TIMEOUT_MS = 2_000;

/** The oldest Python that the environments of model servers are made with. */
const OLDEST_PYTHON = [3, 9] as const;

const MAC = Deno.build.os === "darwin";

/** The line that installs packages on this system. */
function install(debian: string, mac: string): string {
  return MAC ? `brew install ${mac}` : `sudo apt-get install -y ${debian}`;
}

/** Runs a program by its name; undefined when it is not on the PATH. */
async function ask(
  { env }: CheckContext,
  signal: AbortSignal,
  name: string,
  ...args: string[]
): Promise<HostResult | undefined> {
  const program = await findProgram(name, env("PATH"));
  if (program === undefined) return undefined;
  const passed = ["PATH", "HOME", "DOCKER_HOST"].flatMap((variable) => {
    const value = env(variable);
    return value === undefined ? [] : [[variable, value] as const];
  });
  try {
    return await runHostProgram({
      program,
      args,
      // Of all directories the one that every grant includes.
      cwd: Deno.cwd(),
      env: { ...Object.fromEntries(passed), LC_ALL: "C" },
      maxOutputBytes: MAX_OUTPUT_BYTES,
      timeoutMs: PROGRAM_TIMEOUT_MS,
    }, signal);
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "denied") throw error;
    throw new OwllmError({
      code: "denied",
      message: `unknown (grant: --allow-run=${program})`,
      context: { program },
      recoverySuggestion: `${name} ${args.join(" ")}`,
      cause: error,
    });
  }
}

/** The daemon or engine that sandboxes run in. */
export const docker: Check = {
  id: "docker",
  title: "Containers",
  async run(context, signal) {
    const server = await ask(context, signal, "docker", "version", "-f", "{{.Server.Version}}");
    if (server?.code === 0) return { status: "ok", value: `Docker ${server.stdout.trim()}` };
    const podman = await ask(context, signal, "podman", "--version");
    if (podman?.code === 0) {
      return { status: "ok", value: `Podman ${versionIn(podman.stdout)}` };
    }
    return server === undefined
      ? { status: "missing", value: "no Docker, no Podman", fix: install("docker.io", "docker") }
      : daemonProblem(server);
  },
};

/** The client is there and its daemon does not answer: the two usual reasons. */
function daemonProblem({ stderr }: HostResult): CheckResult {
  if (/permission denied/i.test(stderr)) {
    return {
      status: "warn",
      value: "Docker runs, but this user may not use it",
      fix: 'sudo usermod -aG docker "$USER" && newgrp docker',
    };
  }
  return {
    status: "warn",
    value: "Docker is installed, but its daemon does not answer",
    fix: MAC ? "open -a Docker" : "sudo systemctl start docker",
  };
}

/** Patches and repositories. */
export const git: Check = {
  id: "git",
  title: "Git",
  async run(context, signal) {
    const answer = await ask(context, signal, "git", "--version");
    return programResult(answer, "Git", install("git", "git"));
  },
};

/** Environments of model servers. */
export const python: Check = {
  id: "python",
  title: "Python",
  async run(context, signal) {
    const answer = await ask(context, signal, "python3", "--version");
    const fix = install("python3", "python");
    const result = programResult(answer, "Python", fix);
    const [major = 0, minor = 0] = versionIn(result.value).split(".").map(Number);
    const [oldMajor, oldMinor] = OLDEST_PYTHON;
    const old = major < oldMajor || (major === oldMajor && minor < oldMinor);
    if (result.status !== "ok" || !old) return result;
    return { status: "warn", value: `${result.value}, at least 3.9 is needed`, fix };
  },
};

/** What fetches Python packages; weights come in one. */
export const installer: Check = {
  id: "installer",
  title: "uv or pip",
  async run(context, signal) {
    const uv = await ask(context, signal, "uv", "--version");
    if (uv?.code === 0) return { status: "ok", value: `uv ${versionIn(uv.stdout)}` };
    const pip = await ask(context, signal, "python3", "-m", "pip", "--version") ??
      await ask(context, signal, "pip3", "--version");
    return programResult(pip, "pip", install("python3-pip", "uv"));
  },
};

/** Graphics cards. */
export const gpu: Check = {
  id: "gpu",
  title: "GPU",
  async run(context, signal) {
    if (MAC && Deno.build.arch === "aarch64") {
      return { status: "ok", value: "Apple silicon: shares the memory below" };
    }
    const answer = await ask(context, signal, "nvidia-smi", ...NVIDIA_SMI_ARGS);
    const cards = answer?.code === 0 ? parseNvidiaSmi(answer.stdout) : [];
    const [first, ...others] = cards.map(({ name, memoryBytes, freeBytes }) =>
      `${name}, ${formatBytes(memoryBytes)}, ${formatBytes(freeBytes)} free`
    );
    if (first !== undefined) return { status: "ok", value: first, more: others };
    if (answer === undefined) {
      return {
        status: "missing",
        value: "no nvidia-smi: models run on the CPU unless the server knows another card",
        fix: MAC ? "system_profiler SPDisplaysDataType" : "lspci | grep -iE 'vga|3d|display'",
      };
    }
    const said = (answer.stderr || answer.stdout).trim().split("\n")[0] ?? "";
    return { status: "warn", value: `nvidia-smi finds no card: ${said}`, fix: "nvidia-smi" };
  },
};

function programResult(
  answer: HostResult | undefined,
  name: string,
  fix: string,
): CheckResult {
  if (answer === undefined) return { status: "missing", value: `no ${name} on the PATH`, fix };
  const version = versionIn(answer.stdout);
  if (answer.code === 0 && version !== "") return { status: "ok", value: `${name} ${version}` };
  const said = (answer.stderr || answer.stdout).trim().split("\n")[0] ?? "";
  return { status: "warn", value: `${name} does not run (exit ${answer.code}): ${said}`, fix };
}

/** The first number with dots in a text. */
function versionIn(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? "";
}
