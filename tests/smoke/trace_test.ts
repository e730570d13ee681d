import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider } from "../../lib/models/mod.ts";
import { probesById, runSmoke, type SmokeRun } from "../../lib/smoke/mod.ts";
import { createTraceStore, loadTrace, SessionTracer } from "../../lib/trace/mod.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";
import { type ScriptedServerOptions, startScriptedServer } from "../support/scripted/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const PROBES = ["gen.basic", "gen.stream", "tool.one"];

interface TracedSmoke {
  readonly dir: string;
  readonly on?: Partial<ScriptedServerOptions>;
  readonly signal?: AbortSignal;
  onProbe?(id: string): void;
}

async function tracedSmoke({ dir, on, signal, onProbe }: TracedSmoke): Promise<SmokeRun> {
  await using server = await startScriptedServer({ dialect: "ollama", ...on });
  using state = await openTestState(dir);
  using store = createTraceStore({ traces: state.traces, clock: systemClock });
  const provider = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  try {
    return await runSmoke({
      modelId: "scripted",
      server: { kind: "ollama", baseUrl: server.url, version: "0.17.4" },
      model: "scripted:7b",
      provider,
      probes: probesById(PROBES),
      settings: TEST_SETTINGS,
      store: state.smokeRuns,
      tracer: new SessionTracer({ sink: store }),
      owllmVersion: "0.0.0",
      clock: systemClock,
      signal: signal ?? new AbortController().signal,
      onEvent: (event) => event.type === "probe_done" && onProbe?.(event.probe.id),
    });
  } finally {
    await provider.close();
  }
}

Deno.test("runSmoke() traces each probe as a step that holds its calls and its result", () =>
  withTempDir(async (dir) => {
    const run = await tracedSmoke({ dir });
    using state = await openTestState(dir);
    const { session, record } = loadTrace(state.traces, run.runId ?? "") ?? assert.fail("no trace");
    assert.equal(session.kind, "smoke");
    assert.equal(session.status, "ok");
    assert.equal(record.model, "scripted:7b");
    assert.deepEqual(session.time_steps.map(({ step_id }) => step_id), PROBES);
    for (const [index, step] of session.time_steps.entries()) {
      const types = step.events.map(({ event_type }) => event_type);
      assert.ok(types.includes("cais"), step.step_id);
      assert.equal(types.at(-1), "runtime");
      const last = step.events.at(-1);
      assert.deepEqual(last?.metadata["status"], run.results[index]?.status);
      assert.ok(step.completed_at !== null && step.completed_at >= step.started_at);
    }
    assert.ok(state.traces.search(["weather"], { limit: 5 }).hits.length > 0);
  }));

Deno.test("runSmoke() traces a failed probe as an error with its diagnosis", () =>
  withTempDir(async (dir) => {
    const run = await tracedSmoke({ dir, on: { fault: "never_calls_tools" } });
    const failed = run.results.find(({ id }) => id === "tool.one");
    assert.equal(failed?.status, "fail");
    using state = await openTestState(dir);
    const { session } = loadTrace(state.traces, run.runId ?? "") ?? assert.fail("no trace");
    const last = session.time_steps.at(-1)?.events.at(-1);
    assert.deepEqual(last?.error, { type: "probe_failed", message: failed.diagnosis });
  }));

Deno.test("runSmoke() ends the trace of an interrupted run as an error, with the probes until then", () =>
  withTempDir(async (dir) => {
    const stop = new AbortController();
    const run = await tracedSmoke({
      dir,
      signal: stop.signal,
      onProbe: (id) => id === "gen.stream" && stop.abort(new Error("Ctrl-C")),
    });
    assert.equal(run.status, "interrupted");
    using state = await openTestState(dir);
    const { session } = loadTrace(state.traces, run.runId ?? "") ?? assert.fail("no trace");
    assert.equal(session.status, "error");
    assert.equal(session.error?.message, "Ctrl-C");
    assert.deepEqual(session.time_steps.map(({ step_id }) => step_id), PROBES.slice(0, 2));
  }));
