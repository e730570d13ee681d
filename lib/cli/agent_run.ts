import { EXIT, OwllmError } from "../core/mod.ts";
import type { AgentMessage, AgentResult, Protocol } from "../agent/mod.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { ToolDefinition } from "../models/mod.ts";
import type { Profile } from "../smoke/mod.ts";
import type { AgentRunRecord, State } from "../state/mod.ts";
import type { InstrumentedTool, ToolOutcome } from "../tools/mod.ts";
import { agentDisplay, endLine } from "./agent_display.ts";
import { askAtTerminal } from "./approval_prompt.ts";
import type { Run } from "./command.ts";
import { loadSettings, openStateFor } from "./load.ts";
import { lookupOf, openTarget, type Target } from "./model_target.ts";
import { runShownSmoke } from "./run_smoke.ts";
import { type OpenedToolbox, openToolbox, type ToolboxFlags } from "./toolbox.ts";

/** The model that is meant when nobody names one. */
const DEFAULT_MODEL = "qwen2.5-coder:14b";

/** The probes without whose answers an agent would have to guess how to ask. */
const PROBES_THAT_MATTER = ["gen.basic", "tool.one", "gen.schema"];

/** Sampling and size of a turn; small models wander at more. */
const TEMPERATURE = 0.1;
const MAX_TOKENS = 1_024;

/** Window to ask for when the profile says nothing, in tokens. */
const ASSUMED_WINDOW = 4_096;

/** Time and tokens of one run; steps are the person's to choose. */
const MAX_TIME_MS = 60 * 60 * 1000;
const MAX_RUN_TOKENS = 1_000_000;

/** Tools by how much an agent needs them; a model that bears few gets the first ones. */
const TOOLS_BY_NEED = [
  "read_file",
  "list_files",
  "run_command",
  "edit_lines",
  "search",
  "write_file",
  "git_diff",
  "git_status",
  "propose_patch",
  "apply_patch",
  "git_log",
];

/** The flags of `owllm run` and `owllm resume`. */
export type AgentFlags = ToolboxFlags & { readonly maxSteps: number };

/** What is to be done: a new task, or a run that goes on. */
export type AgentTask =
  | { readonly task: string; readonly model: string | undefined }
  | { readonly resume: AgentRunRecord };

/** Runs a task to its end and sets the exit code. */
export async function runTask(run: Run<AgentFlags>, what: AgentTask): Promise<void> {
  const { cli, out, flags } = run;
  const config = await loadSettings(cli, flags);
  using state = await openStateFor(cli, flags);
  const wanted = "resume" in what
    ? what.resume.modelId
    : what.model ?? config.settings.model.default ?? DEFAULT_MODEL;
  const lookup = await lookupOf(cli, config, state);
  const { resolveModel } = await import("../models/mod.ts");
  const resolved = await resolveModel({ ...lookup, id: wanted });
  await using target = await openTarget(cli, config, lookup, resolved);
  const ask = askAtTerminal(out);
  await using opened = await openToolbox({ ...run, flags: { ...flags, trace: true } }, {
    kind: "run",
    edits: "ask",
    afterApproval: (id) => `owllm resume ${id}`,
    ...ask === undefined ? {} : { ask },
    ...("resume" in what ? { runId: what.resume.id } : {}),
  });
  // After the sandbox, whose lack is told at once; the probes take longer.
  const profile = await profileOf(run, config, state, target);
  const result = await work(run, what, { target, profile, opened });
  if (out.json) out.printJson(resultJson(opened, target.id, result));
  else if (result.answer !== "") out.print(result.answer);
  out.note(endLine(result, out));
  if (result.cause !== undefined) out.note(result.cause);
  cli.setExitCode(exitCodeOf(result));
}

interface Ready {
  readonly target: Target;
  readonly profile: Profile;
  readonly opened: OpenedToolbox;
}

async function work(run: Run<AgentFlags>, what: AgentTask, ready: Ready): Promise<AgentResult> {
  const { cli, out, flags } = run;
  const { target, profile, opened } = ready;
  const { runAgent, systemPrompt } = await import("../agent/mod.ts");
  const { traceProvider } = await import("../models/mod.ts");
  const { state, tracer, toolbox, repository, runId } = opened;
  const { agentRuns } = state;
  const shown = toolsFor(profile, toolbox.tools);
  const tools = await definitionsOf(shown);
  const started: readonly AgentMessage[] = "resume" in what
    ? what.resume.messages as readonly AgentMessage[]
    : [
      { role: "system", text: systemPrompt(repository) },
      { role: "user", text: what.task },
    ];
  if (!("resume" in what)) {
    const settings = { tool_mode: profile.tool_mode, max_steps: flags.maxSteps };
    const { task } = what;
    agentRuns.start({
      id: runId,
      repository,
      modelId: target.id,
      task,
      settings,
      messages: started,
    });
  }
  const display = agentDisplay(out);
  const { clock, signal } = cli;
  const uncertain = "resume" in what && what.resume.end === null;
  return await runAgent({
    provider: tracer === undefined
      ? target.provider
      : traceProvider(target.provider, { tracer, clock }),
    model: target.model,
    protocol: await protocolOf(profile),
    tools,
    contextTokens: Math.min(
      profile.context_tokens ?? ASSUMED_WINDOW,
      opened.config.settings.smoke.agentContextTokens,
    ),
    temperature: TEMPERATURE,
    maxTokens: MAX_TOKENS,
    requestTimeoutMs: opened.config.settings.smoke.requestTimeoutMs,
    clock,
    newId: () => cli.ids.next("call"),
    calls: callRunner(toolbox, uncertain ? lastCallOf(started) : undefined),
    limits: { steps: flags.maxSteps, timeMs: MAX_TIME_MS, tokens: MAX_RUN_TOKENS },
    messages: started,
    ...("resume" in what ? { used: what.resume.totals } : {}),
    onEvent(event, messages, totals) {
      // Saved before anybody is told: what a person has seen is never lost.
      const ended = event.type === "ended" ? event.result : undefined;
      agentRuns.save(runId, {
        messages,
        totals,
        end: ended?.end ?? null,
        answer: ended?.answer ?? "",
        cause: ended?.cause ?? null,
      });
      if (event.type === "step_started") tracer?.startTimestep({ stepId: `step_${event.step}` });
      if (event.type === "step_done") tracer?.endTimestep();
      display(event);
    },
  }, signal);
}

/** The profile that a smoke proved; without one the probes that matter are run now. */
async function profileOf(
  run: Run<AgentFlags>,
  config: LoadedConfig,
  state: State,
  target: Target,
): Promise<Profile> {
  const { ProfileSchema, probesById } = await import("../smoke/mod.ts");
  const stored = ProfileSchema.safeParse(state.models.get(target.id)?.profile);
  if (stored.success) return stored.data;
  run.out.note(`"${target.id}" has no profile yet: the probes that matter most`);
  const probes = probesById(PROBES_THAT_MATTER);
  const { profile } = await runShownSmoke(run, config, state, target, probes);
  const { id, server, model, entry } = target;
  if (entry === undefined) {
    const { kind, baseUrl } = server;
    state.models.upsert({ id, kind, baseUrl, name: model, source: "seen" });
  }
  state.models.saveProfile(id, profile);
  return profile;
}

async function protocolOf(profile: Profile): Promise<Protocol> {
  const { constrainedProtocol, nativeProtocol, wordsProtocol } = await import("../agent/mod.ts");
  if (profile.tool_mode === "native") return nativeProtocol;
  if (profile.tool_mode === "recovered_text") return wordsProtocol;
  if (profile.tool_mode === "constrained_json" || profile.schema === true) {
    return constrainedProtocol;
  }
  throw new OwllmError({
    code: "model",
    message: "This model neither calls tools nor obeys a schema: it cannot work in a repository",
    recoverySuggestion:
      `Another one: ollama pull ${DEFAULT_MODEL}   what was measured: owllm smoke model ID`,
  });
}

function toolsFor(profile: Profile, all: readonly InstrumentedTool[]): readonly InstrumentedTool[] {
  const most = profile.max_tools ?? all.length;
  const chosen = new Set(TOOLS_BY_NEED.slice(0, Math.max(3, most)));
  return all.filter(({ name }) => chosen.has(name));
}

async function definitionsOf(
  tools: readonly InstrumentedTool[],
): Promise<readonly ToolDefinition[]> {
  const { parametersOf } = await import("../tools/mod.ts");
  return await Promise.all(tools.map(async ({ name, tool }) => ({
    name,
    description: tool.description,
    parameters: await parametersOf(tool),
  })));
}

function lastCallOf(messages: readonly AgentMessage[]): string | undefined {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last.call?.id : undefined;
}

/**
 * Runs calls by the toolbox. Of a call that a crash came into nobody knows whether it was done:
 * one that only reads is made again, any other is left to the model to look after.
 */
function callRunner(toolbox: OpenedToolbox["toolbox"], uncertainId: string | undefined) {
  return {
    async run(
      call: {
        readonly id: string;
        readonly name: string;
        readonly argumentsJson: string;
        readonly recovered: string | undefined;
      },
      signal: AbortSignal,
    ): Promise<ToolOutcome> {
      const { toolFailure } = await import("../tools/mod.ts");
      try {
        const tool = toolbox.get(call.name);
        if (call.id === uncertainId && tool.tool.effect !== "read") {
          throw interruptedCall(call.name);
        }
        const metadata = call.recovered === undefined ? {} : { recovered: call.recovered };
        return await tool.call(
          { argumentsJson: call.argumentsJson, callId: call.id, metadata },
          signal,
        );
      } catch (error) {
        if (
          signal.aborted || !(error instanceof OwllmError) || error.name === "ApprovalPendingError"
        ) throw error;
        return { ok: false, failure: toolFailure(call.name, error) };
      }
    },
  };
}

function interruptedCall(name: string): OwllmError {
  return new OwllmError({
    code: "interrupted",
    message: `owllm was ended while ${name} ran: nobody knows whether it was done`,
    recoverySuggestion: "Look at the files before you call it again",
  });
}

function exitCodeOf({ end }: AgentResult): number {
  switch (end) {
    case "answered":
      return EXIT.ok;
    case "server_failed":
      return EXIT.unreachable;
    case "paused":
      return EXIT.denied;
    case "interrupted":
      return EXIT.interrupted;
    default:
      return EXIT.failed;
  }
}

function resultJson(
  { runId, repository, state }: OpenedToolbox,
  modelId: string,
  result: AgentResult,
) {
  const changes = state.fileChanges.list({ repository, runId, status: "applied", limit: 500 });
  return {
    run_id: runId,
    model_id: modelId,
    repository,
    end: result.end,
    answer: result.answer,
    cause: result.cause ?? null,
    steps: result.steps,
    calls: result.calls,
    recovered_calls: result.recoveredCalls,
    prompt_tokens: result.promptTokens,
    completion_tokens: result.completionTokens,
    duration_ms: result.durationMs,
    changes: changes.map(({ id, files }) => ({ id, files: files.map(({ relative }) => relative) })),
  };
}
