/** A real toolbox over a scratch repository. */
import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { createExecutor, type Executor } from "../../lib/sandbox/mod.ts";
import { type ApprovalMode, createApprovalGate, createToolbox } from "../../lib/tools/mod.ts";
import type { Toolbox } from "../../lib/tools/mod.ts";
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
}

/** What a test may choose. */
export interface TestToolboxOptions {
  /** Without one there is no sandbox: git's reads only. */
  readonly docker?: RealDocker;
  readonly mode?: ApprovalMode;
  readonly edits?: "ask" | "allow";
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
    await commitAll(repository);
    using state = await openTestState(`${dir}/state`);
    const notices: string[] = [];
    await using executor = await executorOf(options, `${dir}/state`, notices);
    await executor.start(never);
    await executor.copyIn(repository, never);
    const ids = createIds(() => systemClock.now(), systemRandom);
    const gate = createApprovalGate({
      approvals: state.approvals,
      clock: systemClock,
      repository,
      runId: ids.next("test"),
      mode: options.mode ?? "ask",
    });
    const toolbox = createToolbox({
      repository,
      executor,
      gate,
      fileChanges: state.fileChanges,
      runId: null,
      edits: options.edits ?? "ask",
      bound: false,
      timeoutMs: 20_000,
      maxOutputBytes: 64 * 1024,
      clock: systemClock,
      ids,
    });
    await body({ toolbox, repository, state, notices });
  });
}

function executorOf(
  { docker }: TestToolboxOptions,
  stateDir: string,
  notices: string[],
): Promise<Executor> {
  const onNotice = (text: string) => void notices.push(text);
  if (docker !== undefined) return testExecutor(docker, stateDir, {}, onNotice);
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
