/** A real toolbox over a scratch repository. */
import assert from "node:assert/strict";
import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { createExecutor, type Executor } from "../../lib/sandbox/mod.ts";
import { type ApprovalMode, createApprovalGate, createToolbox } from "../../lib/tools/mod.ts";
import type { AskPerson, Toolbox, ToolFailure, ToolOutcome } from "../../lib/tools/mod.ts";
import type { SessionTracer } from "../../lib/trace/mod.ts";
import type { Clock } from "../../lib/core/mod.ts";
import type { SandboxSettings } from "../../lib/sandbox/mod.ts";
import type { State } from "../../lib/state/mod.ts";
import type { RealDocker } from "./real_parts.ts";
import { commitAll, never, testExecutor } from "./sandbox.ts";
import { SANDBOX_SETTINGS } from "./sandbox_settings.ts";
import { openTestState, withTempDir } from "./state.ts";

/** A toolbox with what it works on. */
export interface TestToolbox {
  readonly toolbox: Toolbox;
  /** Real path; `README.md` is committed in it. */
  readonly repository: string;
  readonly state: State;
  readonly notices: readonly string[];
  readonly stateDir: string;
  readonly runId: string;
  readonly executor: Executor;
  /** The tools of another run, or of another process of the same run. */
  open(options: Partial<TestToolboxOptions> & { readonly runId?: string }): Toolbox;
}

/** What a test may choose. */
export interface TestToolboxOptions {
  /** Without one there is no sandbox: git's reads only. */
  readonly docker?: RealDocker;
  readonly mode?: ApprovalMode;
  readonly edits?: "ask" | "allow";
  readonly ask?: AskPerson;
  readonly tracer?: SessionTracer;
  /** Tells the gate the time; the machine's when left out. */
  readonly clock?: Clock;
  readonly settings?: Partial<SandboxSettings>;
  /** Fills the repository before its commit. */
  prepare?(repository: string): Promise<void>;
  /** Looks at what runs, by an executor that passes everything on. */
  watch?(executor: Executor): Executor;
}

/** Runs `body` with a toolbox and removes everything afterwards. */
export function withToolbox(
  options: TestToolboxOptions,
  body: (given: TestToolbox) => Promise<void>,
): Promise<void> {
  return withTempDir(async (dir) => {
    const repository = `${await Deno.realPath(dir)}/repository`;
    await Deno.mkdir(repository);
    await Deno.writeTextFile(`${repository}/README.md`, "# Test\n");
    await options.prepare?.(repository);
    await commitAll(repository);
    const stateDir = `${dir}/state`;
    using state = await openTestState(stateDir);
    const notices: string[] = [];
    await using executor = await executorOf(options, stateDir, notices);
    await executor.start(never);
    await executor.copyIn(repository, never);
    const ids = createIds(() => systemClock.now(), systemRandom);
    const firstRun = ids.next("test");
    const open: TestToolbox["open"] = (more) => {
      const { mode = "ask", edits = "ask", ask, tracer, clock = systemClock, watch, settings } = {
        ...options,
        ...more,
      };
      const runId = more.runId ?? firstRun;
      const { approvals, fileChanges } = state;
      return createToolbox({
        repository,
        executor: watch?.(executor) ?? executor,
        gate: createApprovalGate({ approvals, clock, repository, runId, mode, ask }),
        fileChanges,
        runId,
        edits,
        bound: settings?.workspace === "bind",
        timeoutMs: 20_000,
        maxOutputBytes: 64 * 1024,
        clock: systemClock,
        ids,
        tracer,
      });
    };
    const toolbox = open({});
    await body({ toolbox, repository, state, notices, stateDir, runId: firstRun, executor, open });
  });
}

function executorOf(
  { docker, settings = {} }: TestToolboxOptions,
  stateDir: string,
  notices: string[],
): Promise<Executor> {
  const onNotice = (text: string) => void notices.push(text);
  if (docker !== undefined) return testExecutor(docker, stateDir, settings, onNotice);
  return createExecutor({
    settings: { ...SANDBOX_SETTINGS, kind: "none" },
    stateDir,
    image: undefined,
    clock: systemClock,
    ids: createIds(() => systemClock.now(), systemRandom),
    env: (name) => Deno.env.get(name),
    onNotice,
  });
}

/** Calls a tool by name; what it gives or how it failed. */
export function callTool(
  toolbox: Toolbox,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<ToolOutcome> {
  return toolbox.get(name).call({ argumentsJson: JSON.stringify(args), callId: null }, never);
}

/** The result's text; throws the failure as an assertion. */
export function textOf(outcome: ToolOutcome): string {
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.result.text;
}

/** The failure, whose shape is checked. */
export function failureOf(outcome: ToolOutcome): ToolFailure {
  assert.ok(!outcome.ok, JSON.stringify(outcome));
  const { failure } = outcome;
  assert.deepEqual(Object.keys(failure), [
    "error",
    "message",
    "tool",
    "context",
    "recovery_suggestion",
  ]);
  assert.notEqual(failure.recovery_suggestion, "");
  assert.doesNotMatch(failure.message, /The tool itself failed/);
  return failure;
}
