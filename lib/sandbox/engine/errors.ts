import { type ErrorCode, OwllmError } from "../../core/mod.ts";

/** A container engine, by the name of its program. */
export type EngineKind = "docker" | "podman";

/** What an engine says, what it means, and the way out. */
interface Trouble {
  readonly said: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}

const MAC = Deno.build.os === "darwin";

const TROUBLES: readonly Trouble[] = [
  {
    said: /permission denied.*(?:docker daemon socket|connect)|dial unix.*permission denied/is,
    code: "unreachable",
    message: "This user may not talk to the container daemon",
    fix: 'sudo usermod -aG docker "$USER" && newgrp docker',
  },
  {
    said:
      /cannot connect to the docker daemon|is the docker daemon running|error during connect|connection refused|dial unix|docker daemon is not running|unable to connect to podman/i,
    code: "unreachable",
    message: "The container daemon does not answer",
    fix: MAC ? "open -a Docker" : "sudo systemctl start docker",
  },
  {
    said:
      /no such image|unable to find image|image not known|pull policy.*never|does not exist locally/i,
    code: "unreachable",
    message: "The image of the sandbox is not there",
    fix: "owllm sandbox build",
  },
  {
    said:
      /exec format error|does not match the (?:specified|detected host) platform|no match for platform/i,
    code: "unreachable",
    message: "The image of the sandbox is for another processor architecture",
    fix: "owllm sandbox build",
  },
  {
    said: /\/bin\/bash.*no such file|no such file.*\/bin\/bash/is,
    code: "unreachable",
    message: "The image of the sandbox has no /bin/bash",
    fix: "owllm sandbox build",
  },
  {
    said: /no space left on device|disk quota exceeded/i,
    code: "unreachable",
    message: "The disk of the container daemon is full",
    fix: "owllm sandbox clean   or, for what others left: docker system prune",
  },
  {
    said: /unknown runtime|unknown or invalid runtime|invalid runtime name|runtime.*not found/i,
    code: "unreachable",
    message: "The container daemon does not know the runtime that sandbox.runtime names",
    fix: "Register it with the daemon, or take sandbox.runtime out of owllm.toml",
  },
  {
    said: /seccomp/i,
    code: "unreachable",
    message:
      "The container daemon cannot use the filter of system calls, so no command would be safe",
    fix: "Use a daemon and a kernel with seccomp (docker info lists it)",
  },
  {
    said: /container-init binary not found|docker-init.*not found/i,
    code: "unreachable",
    message: "The container engine has no init program, which ends what commands leave behind",
    fix: "sudo apt-get install -y catatonit   (for Docker: tini)",
  },
  {
    said: /is already in use by container/i,
    code: "unreachable",
    message: "A container of this name is there already",
    fix: "owllm sandbox clean",
  },
];

/** The error for what an engine said when it failed. */
export function engineError(kind: EngineKind, said: string, doing: string): OwllmError {
  const trouble = TROUBLES.find((one) => one.said.test(said));
  const line = lastLine(said);
  if (trouble === undefined) {
    return new OwllmError({
      code: "unreachable",
      message: `${kind} could not ${doing}: ${line}`,
      recoverySuggestion: "owllm sandbox status",
      context: { engine: kind },
    });
  }
  return new OwllmError({
    code: trouble.code,
    message: trouble.message,
    recoverySuggestion: kind === "podman"
      ? trouble.fix.replace("sudo systemctl start docker", "podman info")
      : trouble.fix,
    context: { engine: kind, said: line },
  });
}

/** What the engine said, without the line that only points to its help. */
function lastLine(said: string): string {
  const lines = said.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:See '|Run ')|^WARNING/.test(line));
  return (lines.at(-1) ?? "it said nothing").replace(/^(?:docker|podman|Error): /, "").slice(
    0,
    500,
  );
}

/** The error for an engine whose program is not there. */
export function noEngine(kind: EngineKind): OwllmError {
  const install = MAC
    ? `brew install --cask ${kind}`
    : `sudo apt-get install -y ${kind === "docker" ? "docker.io" : kind}`;
  return new OwllmError({
    code: "unreachable",
    message: `There is no program "${kind}" on the PATH, and no command runs without a sandbox`,
    recoverySuggestion: install,
    context: { engine: kind },
  });
}
