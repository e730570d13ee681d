/** The built file with trace files: it may write those that flags name, and only those. */
import assert from "node:assert/strict";
import { openTraceFile, SessionTracer } from "../../lib/trace/mod.ts";
import { builtFile, runProgram } from "../support/built.ts";
import { testWith } from "../support/real_parts.ts";
import { withTempDir } from "../support/state.ts";

const built = await builtFile();

testWith(
  "the built file reads and exports a trace file that --trace-db names",
  built,
  (file) =>
    withTempDir(async (dir) => {
      const db = `${dir}/traces.db`;
      {
        using traces = await openTraceFile(db);
        const tracer = new SessionTracer({ sink: traces.sink });
        tracer.startSession();
        tracer.recordEvent({ event_type: "runtime", system_instance_id: "sys", actions: ["walk"] });
        tracer.endSession();
      }
      const env = { HOME: `${dir}/home`, XDG_CACHE_HOME: `${dir}/cache` };
      await Deno.mkdir(env.HOME);
      const owllm = async (...words: string[]) => {
        const run = await runProgram(file, ["trace", ...words, "--trace-db", db], env);
        assert.equal(run.code, 0, `${words.join(" ")}: ${run.stderr}`);
        return run.stdout;
      };
      assert.match(await owllm("list"), /session_/);
      assert.match(await owllm("show", "last"), /walk/);
      assert.ok((await owllm("html", "last")).startsWith("<!doctype html>"));
      await owllm("export", "last", "--format", "v3", "--out", `${dir}/run.json`);
      assert.match(await Deno.readTextFile(`${dir}/run.json`), /walk/);
      await owllm("export", "last", "--format", "parquet", "--out", `${dir}/tables`);
      assert.ok((await Deno.stat(`${dir}/tables/events.parquet`)).size > 0);
    }),
);
