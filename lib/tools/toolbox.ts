import { type Clock, didYouMean, type Ids } from "../core/mod.ts";
import type { Rule, Verdict } from "../policy/mod.ts";
import type { Executor } from "../sandbox/mod.ts";
import type { FileChangesTable } from "../state/mod.ts";
import type { SessionTracer } from "../trace/mod.ts";
import { type ApprovalGate, ApprovalPendingError } from "./approvals/gate.ts";
import { ValidationError } from "./failure.ts";
import { createListFiles } from "./files/list_files.ts";
import { createReadFile } from "./files/read_file.ts";
import { createSearch } from "./files/search.ts";
import { createGitTools } from "./git/git_tools.ts";
import { InstrumentedTool } from "./instrumented.ts";
import { createEditTools } from "./patch/edit_tools.ts";
import { createPatches } from "./patch/patches.ts";
import { proposeSandboxChanges } from "./patch/sandbox_changes.ts";
import { createCommands } from "./shell/commands.ts";
import { createRunCommand } from "./shell/run_command.ts";

/** What the tools of one run work with. */
export interface ToolboxOptions {
  /** Real path of the repository on the host. */
  readonly repository: string;
  /** Started, with the repository in it. */
  readonly executor: Executor;
  readonly gate: ApprovalGate;
  readonly fileChanges: FileChangesTable;
  readonly rules?: readonly Rule[];
  readonly runId: string | null;
  readonly edits: "ask" | "allow";
  /** True when the sandbox works on the repository itself. */
  readonly bound: boolean;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tracer?: SessionTracer | undefined;
}

/** The tools of one run, by name. */
export interface Toolbox {
  readonly tools: readonly InstrumentedTool[];
  /**
   * A tool by its name.
   *
   * @throws {@linkcode ValidationError} with the nearest name
   */
  get(name: string): InstrumentedTool;
  /** The policy's word on a command, without running it. */
  judge(command: string): Verdict;
}

/** Builds every tool over one repository, one sandbox and one gate. */
export function createToolbox(options: ToolboxOptions): Toolbox {
  const { repository, executor, clock, tracer } = options;
  const patches = createPatches(options);
  const commands = createCommands(options);
  const afterCommand = (signal: AbortSignal) =>
    proposeSandboxChanges(repository, executor, patches, signal);
  // Without a copy there is nothing that a command could have changed apart.
  const copied = executor.kind !== "none" && !options.bound;
  const all = [
    createListFiles(repository),
    createReadFile(repository),
    createSearch(repository),
    ...createGitTools(options),
    createRunCommand(commands, copied ? afterCommand : undefined),
    ...createEditTools(repository, patches),
  ];
  const endsRun = (error: unknown) => error instanceof ApprovalPendingError;
  const tools = all.map((tool) => new InstrumentedTool(tool, { tracer, clock, endsRun }));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    tools,
    get(name) {
      const tool = byName.get(name);
      if (tool !== undefined) return tool;
      throw new ValidationError(
        `There is no tool "${name}"${didYouMean(name, byName.keys())}`,
        `The tools are: ${[...byName.keys()].join(", ")}`,
      );
    },
    judge: commands.judge,
  };
}
