import { type Application, buildApplication, buildRouteMap } from "@stricli/core";
import type { Cli } from "./command.ts";
import { approvalsApprove, approvalsDeny } from "./commands/approvals_answer.ts";
import { approvalsList } from "./commands/approvals_list.ts";
import { approvalsShow } from "./commands/approvals_show.ts";
import { completions } from "./commands/completions.ts";
import { configCheck } from "./commands/config_check.ts";
import { configShow } from "./commands/config_show.ts";
import { doctor } from "./commands/doctor.ts";
import { fix } from "./commands/fix.ts";
import { mcp } from "./commands/mcp.ts";
import { modelsAdd } from "./commands/models_add.ts";
import { modelsImport } from "./commands/models_import.ts";
import { modelsList } from "./commands/models_list.ts";
import { modelsPull } from "./commands/models_pull.ts";
import { modelsRemove } from "./commands/models_remove.ts";
import { modelsShow } from "./commands/models_show.ts";
import { permissions } from "./commands/permissions.ts";
import { policyCheck } from "./commands/policy_check.ts";
import { policyExplain } from "./commands/policy_explain.ts";
import { policyShow } from "./commands/policy_show.ts";
import { policyTest } from "./commands/policy_test.ts";
import { resume } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { runsList } from "./commands/runs_list.ts";
import { runsShow } from "./commands/runs_show.ts";
import { sandboxBuild } from "./commands/sandbox_build.ts";
import { sandboxClean } from "./commands/sandbox_clean.ts";
import { sandboxStatusCommand } from "./commands/sandbox_status.ts";
import { schema } from "./commands/schema.ts";
import { serversTools } from "./commands/servers_tools.ts";
import { smokeDiff } from "./commands/smoke_diff.ts";
import { smokeHistory } from "./commands/smoke_history.ts";
import { smokeModel } from "./commands/smoke_model.ts";
import { stateBackup } from "./commands/state_backup.ts";
import { stateCheck } from "./commands/state_check.ts";
import { statePath } from "./commands/state_path.ts";
import { traceDiff } from "./commands/trace_diff.ts";
import { traceExport } from "./commands/trace_export.ts";
import { traceHtml } from "./commands/trace_html.ts";
import { traceImport } from "./commands/trace_import.ts";
import { traceList } from "./commands/trace_list.ts";
import { tracePin, traceUnpin } from "./commands/trace_pin.ts";
import { tracePrune } from "./commands/trace_prune.ts";
import { traceRemove } from "./commands/trace_remove.ts";
import { traceSearch } from "./commands/trace_search.ts";
import { traceShow } from "./commands/trace_show.ts";
import { traceTag, traceUntag } from "./commands/trace_tag.ts";
import { undo } from "./commands/undo.ts";
import { TEXT } from "./refusal.ts";
import { VERSION } from "./version.ts";

/** Lets every flag through as a candidate for "did you mean"; `refusal.ts` judges what is near. */
const DISTANCE = {
  threshold: Number.MAX_SAFE_INTEGER,
  weights: { insertion: 1, deletion: 1, substitution: 1, transposition: 1 },
};

/** The tree of commands. Each file in `commands/` holds one; this is their list. */
export function buildApp(): Application<Cli> {
  const smoke = buildRouteMap({
    routes: { model: smokeModel, history: smokeHistory, diff: smokeDiff },
    docs: { brief: "Find out whether a local model really works" },
  });
  const models = buildRouteMap({
    routes: {
      list: modelsList,
      show: modelsShow,
      add: modelsAdd,
      remove: modelsRemove,
      import: modelsImport,
      pull: modelsPull,
    },
    docs: { brief: "The models that owllm knows" },
  });
  // The order of words that other tools have; the same command.
  const model = buildRouteMap({
    routes: { smoke: smokeModel },
    docs: { brief: "The same as owllm smoke model" },
  });
  const config = buildRouteMap({
    routes: { show: configShow, check: configCheck },
    docs: { brief: "The settings, and where each comes from" },
  });
  const policy = buildRouteMap({
    routes: { check: policyCheck, explain: policyExplain, show: policyShow, test: policyTest },
    docs: { brief: "What a command may do, decided without running it" },
  });
  const approvals = buildRouteMap({
    routes: {
      list: approvalsList,
      show: approvalsShow,
      approve: approvalsApprove,
      deny: approvalsDeny,
    },
    docs: { brief: "What waits for a person" },
  });
  const runs = buildRouteMap({
    routes: { list: runsList, show: runsShow },
    docs: { brief: "What the agent did" },
  });
  const sandbox = buildRouteMap({
    routes: { status: sandboxStatusCommand, build: sandboxBuild, clean: sandboxClean },
    docs: { brief: "Where commands of a model run: a container without a network" },
  });
  const servers = buildRouteMap({
    routes: { tools: serversTools },
    docs: { brief: "Offer what owllm has to other programs of this machine" },
  });
  const state = buildRouteMap({
    routes: { path: statePath, check: stateCheck, backup: stateBackup },
    docs: { brief: "The one file that owllm keeps" },
  });
  const trace = buildRouteMap({
    routes: {
      list: traceList,
      show: traceShow,
      search: traceSearch,
      diff: traceDiff,
      html: traceHtml,
      export: traceExport,
      import: traceImport,
      pin: tracePin,
      unpin: traceUnpin,
      tag: traceTag,
      untag: traceUntag,
      remove: traceRemove,
      prune: tracePrune,
    },
    docs: { brief: "What was recorded of models, tools and environments" },
  });
  const root = buildRouteMap({
    routes: {
      smoke,
      fix,
      models,
      model,
      trace,
      doctor,
      config,
      policy,
      run: runCommand,
      resume,
      runs,
      approvals,
      undo,
      sandbox,
      servers,
      mcp,
      state,
      permissions,
      schema,
      completions,
    },
    docs: {
      brief: "Know that your local model works, then let it work safely",
    },
  });
  return buildApplication(root, {
    name: "owllm",
    versionInfo: { currentVersion: VERSION },
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: true,
      distanceOptions: DISTANCE,
    },
    documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
    localization: { text: TEXT },
  });
}
