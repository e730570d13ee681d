import assert from "node:assert/strict";
import fc from "fast-check";
import { parquetFiles, parquetTraces } from "../../../lib/trace/formats/parquet.ts";
import { saveArchived } from "../../../lib/trace/formats/save.ts";
import { fromV3, v3In } from "../../../lib/trace/formats/v3_import.ts";
import type { TracesTable } from "../../../lib/state/mod.ts";
import { realDuckdb, testWith } from "../../support/real_parts.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { archivedTrace } from "../../support/trace_archives.ts";

const OPTIONS = {
  redactor: { text: (value: string) => value, json: <T>(value: T): T => value },
  replace: false,
};

async function write(traces: TracesTable, ids: readonly string[], dir: string): Promise<void> {
  for (const { name, bytes } of parquetFiles(traces, ids)) {
    await Deno.writeFile(`${dir}/${name}`, bytes);
  }
}

Deno.test("parquetTraces() reads back what parquetFiles() wrote, also of no session", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(`${dir}/state`);
    const traces = fc.sample(archivedTrace, { numRuns: 100, seed: 11 });
    const unique = [...new Map(traces.map((trace) => [trace.session.trace_id, trace])).values()];
    for (const trace of unique) saveArchived(state.traces, trace, OPTIONS);
    await write(state.traces, unique.map(({ session }) => session.session_id), dir);
    assert.deepEqual(await Array.fromAsync(parquetTraces(dir, "dir")), unique);
    await write(state.traces, [], dir);
    assert.deepEqual(await Array.fromAsync(parquetTraces(dir, "dir")), []);
    await Deno.writeTextFile(`${dir}/events.parquet`, "PAR1 nonsense PAR1");
    await assert.rejects(Array.fromAsync(parquetTraces(dir, "dir")), {
      message: /"dir\/events.parquet" is damaged: expected a Parquet file of owllm's/,
    });
  }));

testWith(
  "DuckDB opens the Parquet files, and the old queries and views work on them",
  realDuckdb(),
  (python) =>
    withTempDir(async (dir) => {
      using state = await openTestState(`${dir}/state`);
      const url = new URL("v3_rollout.json", import.meta.url);
      const recorded = v3In(JSON.parse(await Deno.readTextFile(url))) ?? assert.fail();
      const imported = fromV3(recorded, { file: "v3" });
      const event_history = imported.session.event_history.map((event) =>
        event.event_type === "cais" ? { ...event, cost_usd: 0.25 } : { ...event, reward: 1 }
      );
      const session = { ...imported.session, event_history };
      saveArchived(state.traces, { ...imported, session }, OPTIONS);
      await write(state.traces, [session.session_id], dir);
      const script = `
import duckdb, json, sys
db = duckdb.connect()
db.execute(open("views.sql").read())
ask = lambda sql: db.execute(sql).fetchall()
print(json.dumps({
  "summary": ask("SELECT num_timesteps, num_events, num_messages, unique_models_used, total_cost_usd FROM session_summary"),
  "usage": ask("SELECT model_name, provider, usage_count, total_input_tokens::BIGINT, total_cost_usd FROM model_usage_stats"),
  "step": ask("SELECT t.step_id, e.reward FROM events e JOIN session_timesteps t ON e.timestep_id = t.id WHERE e.event_type = 'environment' ORDER BY e.id"),
  "types": ask("SELECT DISTINCT message_type FROM messages ORDER BY 1"),
  "created": str(ask("SELECT created_at FROM session_traces")[0][0]),
  "type": ask("SELECT typeof(created_at), typeof(metadata) FROM session_traces"),
  "tool": ask("SELECT json_extract_string(call_records, '$[0].output_tool_calls[0].name') FROM events WHERE event_type = 'cais' LIMIT 1"),
  "rewards": ask("SELECT sum(reward_value) FROM event_rewards"),
  "outcome": ask("SELECT total_reward, total_steps FROM outcome_rewards"),
}))
`;
      const { code, stdout, stderr } = await new Deno.Command(python, {
        args: ["-c", script],
        cwd: dir,
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
        summary: [[2, 4, 6, 1, 0.5]],
        usage: [["gpt-5-nano", "custom", 2, 64, 0.5]],
        step: [["decision_0", 1], ["decision_1", 1]],
        types: [["system"], ["tool_use"], ["user"]],
        created: "2026-11-21 04:00:37.533345",
        type: [["TIMESTAMP", "VARCHAR"]],
        tool: [["interact_many"]],
        rewards: [[2]],
        outcome: [[2, 2]],
      });
    }),
);
