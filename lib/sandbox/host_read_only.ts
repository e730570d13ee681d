import { OwllmError } from "../core/mod.ts";
import { isUnreadable } from "./archive.ts";
import { gitEnvironment } from "./engine/run_args.ts";
import {
  type CommandResult,
  type CopyReport,
  type Executor,
  signalOf,
  WORKSPACE,
  type WorkspaceDiff,
} from "./executor.ts";
import { findProgram, runHostBytes, type SpawnSpec } from "./host_process.ts";
import { harmfulSettings } from "./workspace/git_config.ts";

/** What {@linkcode HostReadOnly} works with. */
export interface HostReadOnlyOptions {
  env(name: string): string | undefined;
  /** Called at every command: nothing here keeps it from the rest of the machine. */
  onNotice?(text: string): void;
}

/** Commands of git that only read. */
const READS: ReadonlySet<string> = new Set([
  "diff",
  "log",
  "ls-files",
  "rev-parse",
  "show",
  "status",
]);

/** Those that would ask the repository how to show a difference. */
const SHOWS_DIFFERENCES: ReadonlySet<string> = new Set(["diff", "log", "show"]);

/** Options that write a file, start a program or read outside of the repository. */
const REFUSED_OPTIONS = [
  "--output",
  "--ext-diff",
  "--textconv",
  "--no-index",
  "--exec",
  "--upload-pack",
  "--exclude-from",
  "--exclude-per-directory",
  "--git-dir",
  "--work-tree",
  "--show-signature",
];

/** Settings beyond the harmless ones that a read does not act on. */
const NOT_ACTED_ON =
  /^(?:remote\.(?:url|fetch|pushurl)|branch\.[a-z]+|submodule\.(?:url|active)|pull\.[a-z]+|push\.default)$/;

/** What git is told beside the usual hardening: a submodule is a repository that nobody looked at. */
const CONFIG = {
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.pager": "cat",
  "safe.bareRepository": "explicit",
  "diff.ignoreSubmodules": "all",
  "log.showSignature": "false",
};

/**
 * No sandbox at all: for `sandbox.kind = "none"` only, and then only for git's reads in a
 * repository whose configuration can start no program. Everything else is refused.
 */
export class HostReadOnly implements Executor {
  readonly kind = "none";
  readonly imageDigest = null;
  #repository: string | undefined;

  constructor(private readonly options: HostReadOnlyOptions) {}

  start(_signal: AbortSignal): Promise<void> {
    this.#warn("commands");
    return Promise.resolve();
  }

  async copyIn(repository: string, _signal: AbortSignal): Promise<CopyReport> {
    this.#repository = await Deno.realPath(repository);
    return { files: 0, bytes: 0, leftOut: [] };
  }

  async run(command: SpawnSpec, signal: AbortSignal): Promise<CommandResult> {
    const { program, args } = command;
    const [verb = ""] = args;
    if (program !== "git" || !READS.has(verb) || command.stdin !== undefined) {
      throw refused(`"${[program, ...args].join(" ")}" runs in a sandbox only`);
    }
    const option = args.find(isRefused);
    if (option !== undefined) {
      throw refused(`"git ${verb}" may not have "${option}" without a sandbox`);
    }
    const repository = this.#repository ?? "";
    await demandHarmless(repository);
    const git = await findProgram("git", this.options.env("PATH"));
    if (git === undefined) throw refused('There is no program "git" on the PATH');
    this.#warn(`git ${verb}`);
    const started = performance.now();
    const { code, stdout, stderr } = await runHostBytes(
      {
        program: git,
        args: [
          ...["--git-dir", `${repository}/.git`, "--work-tree", repository, "--no-pager", verb],
          ...(SHOWS_DIFFERENCES.has(verb) ? ["--no-ext-diff", "--no-textconv"] : []),
          ...args.slice(1),
        ],
        cwd: hostPath(command.cwd, repository),
        env: { PATH: this.options.env("PATH") ?? "", LC_ALL: "C.UTF-8", ...gitEnvironment(CONFIG) },
        maxOutputBytes: command.maxOutputBytes,
        timeoutMs: command.timeoutMs,
      },
      signal,
      { tailBytes: Math.floor(command.maxOutputBytes / 2) },
    );
    return {
      code,
      signal: signalOf(code),
      timedOut: false,
      outOfMemory: false,
      outputLimitHit: false,
      leftBehind: 0,
      stdout,
      stderr,
      durationMs: performance.now() - started,
      restarted: null,
    };
  }

  diff(_signal: AbortSignal): Promise<WorkspaceDiff> {
    return Promise.resolve({ patch: new Uint8Array(), paths: [], refused: [] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #warn(what: string): void {
    this.options.onNotice?.(
      `Warning: sandbox.kind is "none", so ${what} runs on this machine with nothing around it`,
    );
  }
}

/** Git takes any beginning of a long option for the option. */
function isRefused(argument: string): boolean {
  const [name = ""] = argument.split("=");
  if (/^-[^-]*[OoS]/.test(argument)) return true;
  return name.length > 2 && name.startsWith("--") &&
    REFUSED_OPTIONS.some((option) => option.startsWith(name) || name.startsWith(option));
}

/** @throws `denied` when git could be made to start a program by the repository. */
async function demandHarmless(repository: string): Promise<void> {
  const read = async (name: string) => {
    try {
      return await Deno.readTextFile(`${repository}/.git/${name}`);
    } catch (error) {
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  };
  const config = await read("config");
  if (config === undefined) {
    throw refused("Without a sandbox only a repository with its own `.git` is read");
  }
  for (const name of ["config.worktree", "commondir", "objects/info/alternates"]) {
    if (await read(name) !== undefined) {
      throw refused(`The repository's ".git/${name}" names another place`);
    }
  }
  const [harmful] = harmfulSettings(config).filter((name) => !NOT_ACTED_ON.test(name));
  if (harmful !== undefined) {
    throw refused(`The repository's ".git/config" sets ${harmful}, which git could act on`);
  }
}

function hostPath(cwd: string, repository: string): string {
  const inside = cwd === WORKSPACE || cwd.startsWith(`${WORKSPACE}/`);
  if (!inside || cwd.split("/").includes("..")) throw refused(`"${cwd}" is not in the repository`);
  return `${repository}${cwd.slice(WORKSPACE.length)}`;
}

function refused(message: string): OwllmError {
  return new OwllmError({
    code: "denied",
    message,
    recoverySuggestion: 'Set sandbox.kind = "docker" and type: owllm sandbox build',
  });
}
