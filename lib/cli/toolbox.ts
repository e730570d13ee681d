import type { LoadedConfig } from "../config/mod.ts";
import { OwllmError } from "../core/mod.ts";
import type { CopyReport, Executor } from "../sandbox/mod.ts";
import type { State } from "../state/mod.ts";
import type { ApprovalMode, AskPerson, Toolbox } from "../tools/mod.ts";
import type { SessionTracer } from "../trace/mod.ts";
import type { Run } from "./command.ts";
import { openStateFor } from "./load.ts";
import { loadPolicy, PLACE_FLAGS } from "./policy_context.ts";
import { startTrace, TRACE_FLAGS, type TraceFlags } from "./tracing.ts";

/** The flags of a command that gives tools to somebody. */
export type ToolboxFlags = TraceFlags & {
  /** Root of the repository; when left out, the directory upwards that holds `.git`. */
  readonly repo?: string;
  readonly approve: ApprovalMode;
};

/** The parameters of {@linkcode ToolboxFlags}. */
export const TOOLBOX_FLAGS = {
  ...TRACE_FLAGS,
  repo: PLACE_FLAGS.repo,
  approve: {
    kind: "enum",
    values: ["ask", "never"],
    brief: "What the policy does not allow by itself: ask a person, or refuse it",
    default: "ask",
  },
} as const;

/** What {@linkcode openToolbox} needs beside the flags. */
export interface OpenToolboxOptions {
  /** What the tools are opened for, as the trace calls it: `tool_server`, `mcp`, … */
  readonly kind: string;
  /** What goes on once a person has approved: a line to type, or what the asker does. */
  readonly afterApproval: (runId: string) => string;
  /** `allow`: edits of ordinary files need no person. */
  readonly edits: "ask" | "allow";
  /** A run that goes on keeps its id, and with it its approvals. */
  readonly runId?: string | undefined;
  /** Asks the person who is there; without it a request waits in the state file. */
  readonly ask?: AskPerson | undefined;
}

/** The tools over one repository, with everything they rest on; leaving its block closes all of it. */
export interface OpenedToolbox extends AsyncDisposable {
  readonly toolbox: Toolbox;
  /** Real path of the repository. */
  readonly repository: string;
  readonly executor: Executor;
  readonly copied: CopyReport;
  readonly config: LoadedConfig;
  readonly state: State;
  readonly tracer: SessionTracer | undefined;
  /** Approvals of `session` scope hold for this run. */
  readonly runId: string;
}

/**
 * Opens everything that a run's tools need: configuration and policy, the state file, the sandbox
 * with the repository in it, the approval gate and the trace.
 *
 * @throws `unreachable` when there is no sandbox to be had: nothing falls back to this machine
 */
export async function openToolbox(
  run: Run<ToolboxFlags>,
  options: OpenToolboxOptions,
): Promise<OpenedToolbox> {
  const { cli, out, flags } = run;
  const place = flags.repo === undefined ? {} : { repo: flags.repo };
  const { config, context: { repository, rules } } = await loadPolicy(cli, flags, place);
  const { sandbox, state: { dir } } = config.settings;
  await using opening = new AsyncDisposableStack();
  const state = opening.use(await openStateFor(cli, flags));
  await refuseOwnState(repository, dir);
  await recoverChanges(run, state, repository);
  const { tracer } = opening.use(await startTrace(run, config, state));
  const { createExecutor } = await import("../sandbox/mod.ts");
  const executor = opening.use(
    await createExecutor({
      settings: sandbox,
      stateDir: dir,
      image: sandbox.kind === "none" ? undefined : state.sandboxImages.newest(sandbox.kind)?.digest,
      clock: cli.clock,
      ids: cli.ids,
      env: cli.env,
      onNotice: (text) => out.note(text),
    }),
  );
  await executor.start(cli.signal);
  const copied = await executor.copyIn(repository, cli.signal);
  for (const { path, reason } of copied.leftOut) {
    out.debug(`Not in the sandbox: ${path}: ${reason}`);
  }
  const runId = options.runId ?? cli.ids.next(options.kind);
  const { createApprovalGate, createToolbox } = await import("../tools/mod.ts");
  const { afterApproval, ask, edits } = options;
  const elsewhere = flags.state === undefined ? "" : ` --state '${dir.replaceAll("'", `'\\''`)}'`;
  const gate = createApprovalGate({
    approvals: state.approvals,
    clock: cli.clock,
    repository,
    runId,
    mode: flags.approve,
    ask,
    wayOn: ({ id }) =>
      `owllm approvals show ${id}${elsewhere}   then: owllm approvals approve ${id}${elsewhere}` +
      `   then: ${afterApproval(runId)}`,
  });
  const toolbox = createToolbox({
    repository,
    executor,
    gate,
    fileChanges: state.fileChanges,
    rules: rules ?? [],
    runId,
    edits,
    bound: sandbox.workspace === "bind",
    timeoutMs: sandbox.commandTimeoutMs,
    maxOutputBytes: sandbox.outputKb * 1024,
    clock: cli.clock,
    ids: cli.ids,
    tracer,
  });
  if (tracer !== undefined) {
    tracer.startSession({
      kind: options.kind,
      metadata: { run_id: runId, repository, image: executor.imageDigest, approve: flags.approve },
    });
    opening.defer(() => void tracer.endSession());
  }
  const opened = opening.move();
  return {
    ...{ toolbox, repository, executor, copied, config, state, tracer, runId },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A living process writes the files of a change in a moment; one that takes longer is dead. In ms. */
const APPLYING_MS = 2_000;

/** Takes back what a crash left half applied, before anybody reads it. */
async function recoverChanges(
  { cli: { clock }, out }: Run<ToolboxFlags>,
  { fileChanges }: State,
  repository: string,
): Promise<void> {
  const { recoverChange } = await import("../tools/mod.ts");
  for (
    const { id, createdAt } of fileChanges.list({ repository, status: "applying", limit: 100 })
  ) {
    const age = clock.now().getTime() - Date.parse(createdAt);
    if (age < APPLYING_MS) await clock.sleep(APPLYING_MS - age);
    const change = fileChanges.get(id);
    if (change?.status !== "applying") continue;
    const paths = await recoverChange(change, fileChanges);
    out.note(`The change ${id} was cut by a crash; put back: ${paths.join(", ") || "nothing"}`);
  }
}

/** The file tools reach all of the repository: approvals and traces must not be among it. */
async function refuseOwnState(repository: string, stateDir: string): Promise<void> {
  const real = await Deno.realPath(stateDir);
  if (real !== repository && !real.startsWith(`${repository === "/" ? "" : repository}/`)) return;
  throw new OwllmError({
    code: "usage",
    message:
      `The state directory "${stateDir}" lies in the repository "${repository}", where tools could change it`,
    recoverySuggestion:
      "Name the repository itself with --repo DIR, or another state with --state DIR",
    context: { repository, state: stateDir },
  });
}
