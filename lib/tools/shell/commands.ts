import { OwllmError } from "../../core/mod.ts";
import {
  decide,
  type PolicyContext,
  type Reason,
  type Rule,
  type Verdict,
} from "../../policy/mod.ts";
import { type CommandResult, type Executor, type SpawnSpec, WORKSPACE } from "../../sandbox/mod.ts";
import type { ApprovalGate } from "../approvals/gate.ts";
import { deepFreeze } from "../approvals/subject.ts";
import { fileHashes } from "./file_hashes.ts";
import { workspaceProbe } from "./probe.ts";

/** What {@linkcode createCommands} needs. */
export interface CommandsOptions {
  /** Real path of the repository on the host. */
  readonly repository: string;
  readonly executor: Executor;
  readonly gate: ApprovalGate;
  readonly rules?: readonly Rule[];
  /** Longest time of one command, in ms, and most bytes of each of its streams. */
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** True when the sandbox works on the repository itself and not on a copy. */
  readonly bound: boolean;
}

/** A command that was run, with why it was allowed to. */
export interface RanCommand {
  readonly result: CommandResult;
  readonly verdict: Verdict;
  /** The approval that was used; undefined where the policy allowed it by itself. */
  readonly approvalId: string | undefined;
}

/** Judges commands and runs those that may be run. */
export interface Commands {
  /** The policy's word on a command, without running it. */
  judge(command: string): Verdict;
  /**
   * Runs a command of bash.
   *
   * @throws {@linkcode OwllmError} `denied` when the policy or the person says no
   */
  run(command: string, signal: AbortSignal, timeoutMs?: number): Promise<RanCommand>;
}

/** The home directory of the sandbox's user. */
const SANDBOX_HOME = "/tmp";

/** The commands of one run. What is judged is frozen, and is what runs. */
export function createCommands(options: CommandsOptions): Commands {
  const { repository, executor, gate, rules = [] } = options;
  const context: PolicyContext = {
    cwd: WORKSPACE,
    repository: WORKSPACE,
    home: SANDBOX_HOME,
    files: workspaceProbe(repository),
    rules,
  };
  const judge = (command: string) => decide(command, context);
  return {
    judge,
    async run(command, signal, timeoutMs = options.timeoutMs) {
      const verdict = judge(command);
      if (verdict.decision === "deny") throw denied(command, verdict);
      const spec: SpawnSpec = deepFreeze({
        program: "/bin/bash",
        args: ["-c", command],
        cwd: WORKSPACE,
        env: {},
        maxOutputBytes: options.maxOutputBytes,
        timeoutMs: Math.min(timeoutMs, options.timeoutMs),
      });
      const approvalId = verdict.decision === "allow"
        ? undefined
        : await approved(command, spec, verdict, options, gate, signal);
      return { result: await executor.run(spec, signal), verdict, approvalId };
    },
  };
}

async function approved(
  command: string,
  spec: SpawnSpec,
  verdict: Verdict,
  options: CommandsOptions,
  gate: ApprovalGate,
  signal: AbortSignal,
): Promise<string> {
  const files = await fileHashes(options, verdict.effects, signal);
  const subject = deepFreeze({
    kind: "command" as const,
    command,
    spec,
    argv: verdict.argv,
    imageDigest: options.executor.imageDigest,
    files,
  });
  const reasons = verdict.reasons.filter(({ decision }) => decision !== "allow");
  const { id } = await gate.pass({ subject, title: command, reasons }, signal);
  // A person takes minutes to answer; what was shown must be what is run.
  const now = await fileHashes(options, verdict.effects, signal);
  const changed = files.find(({ sha256 }, index) => now[index]?.sha256 !== sha256);
  if (changed === undefined) return id;
  throw new OwllmError({
    code: "denied",
    message: `"${changed.path}" has changed since the approval of: ${command}`,
    recoverySuggestion: "Ask again for the command as it is now",
    context: { path: changed.path, approval: id },
  });
}

function denied(command: string, { reasons }: Verdict): OwllmError {
  const reason = innermost(reasons);
  const shown = command.length > 200 ? `${command.slice(0, 200)}…` : command;
  return new OwllmError({
    code: "denied",
    message: `The policy denies "${shown}": ${reason?.message ?? "it is not understood"}`,
    recoverySuggestion: "It will never be run; reach the goal another way",
    context: { reason: reason?.code ?? "unknown" },
  });
}

/** The finding that made the decision: a command's own reason only says that it is refused. */
function innermost(reasons: readonly Reason[]): Reason | undefined {
  const reason = reasons.find(({ decision }) => decision === "deny");
  return reason && (innermost(reason.children ?? []) ?? reason);
}
