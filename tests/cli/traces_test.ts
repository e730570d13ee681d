import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createTraceStore, SessionTracer } from "../../lib/trace/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { openTestState, withTempDir } from "../support/state.ts";
import { withTraced } from "../support/traced.ts";

Deno.test("owllm complete offers the ids of sessions that need no quotes, and makes no state", () =>
  withTempDir(async (home) => {
    const offered = async (...words: string[]) => {
      const { stdout, stderr } = await runOwllm(["complete", "--", "trace", ...words], { home });
      assert.equal(stderr, "");
      return stdout.trim().split("\n").filter(Boolean).map((line) => line.split("\t")[0]);
    };
    assert.deepEqual(await offered("show", ""), []);
    await assert.rejects(Deno.stat(`${home}/.local`), Deno.errors.NotFound);
    {
      using state = await openTestState(`${home}/.local/state/owllm`);
      using store = createTraceStore({ traces: state.traces, clock: systemClock });
      for (const sessionId of ["run_a", "run_b", "run; rm", "other\x1b[2J"]) {
        const tracer = new SessionTracer({ sink: store });
        tracer.startSession({ sessionId });
        tracer.endSession();
      }
    }
    assert.deepEqual((await offered("show", "run")).sort(), ["run_a", "run_b"]);
    assert.deepEqual((await offered("diff", "run_a", "")).sort(), ["last", "run_a", "run_b"]);
    assert.deepEqual(await offered("show", "--trace-db", "r"), []);
  }));

Deno.test("owllm trace pin, tag, prune, export, import and remove print an id of others harmlessly", () =>
  withTraced([(tracer) => {
    tracer.startSession({ sessionId: "id\x1b]0;x\x07\u202e\0end\ud800" });
    tracer.endSession();
  }], async (trace, dir) => {
    const file = `${dir}/trace.jsonl`;
    const runs = [
      await trace("pin", "last"),
      await trace("unpin", "last"),
      await trace("tag", "last", "t"),
      await trace("show", "last"),
      await trace("prune", "--older", "2100-01-01", "--dry-run"),
      await trace("export", "last", "--format", "jsonl", "--out", file),
      await trace("import", file),
      await trace("import", file, "--replace"),
      await trace("remove", "last"),
    ];
    for (const { code, stdout, stderr } of runs) {
      assert.equal(code, 0, stderr);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
    assert.match(
      runs.map(({ stdout }) => stdout).join(""),
      /Removed id\uFFFD\]0;x\uFFFD\uFFFD\uFFFDend/,
    );
  }));

Deno.test("--trace-db names the trace file and the way out of a file that is none, untouched", () =>
  withTempDir(async (dir) => {
    const { DatabaseSync } = await import("node:sqlite");
    const foreign = new DatabaseSync(`${dir}/foreign.db`);
    foreign.exec("CREATE TABLE a (b)");
    foreign.close();
    await Deno.writeTextFile(`${dir}/text.db`, "no database");
    await Deno.mkdir(`${dir}/directory`);
    for (const name of ["foreign.db", "text.db", "directory"]) {
      const path = `${dir}/${name}`;
      const bytes = name === "directory" ? undefined : await Deno.readFile(path);
      const { code, stderr } = await runOwllm(["trace", "list", "--trace-db", path]);
      assert.equal(code, 1);
      assert.match(stderr, /name another file with `--trace-db FILE`/i);
      assert.doesNotMatch(stderr, /--state|state file/);
      if (bytes !== undefined) assert.deepEqual(await Deno.readFile(path), bytes);
    }
  }));
