import assert from "node:assert/strict";
import { runOwllm } from "../support/run_owllm.ts";
import { ROOT } from "../support/sources.ts";
import { withTempDir } from "../support/state.ts";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

const ROLLOUT = new URL("tests/trace/formats/v3_rollout.json", ROOT).pathname;
const ID = "smoke-4ced9438-da27-4c39-8370-e2d21c151a23";

for (const format of ["v3", "jsonl", "otlp-json"]) {
  Deno.test(`owllm trace export --format ${format} and import give sessions back as they were`, () =>
    withTraced([
      (tracer) => traceAgentRun(tracer, { sessionId: "one" }),
      (tracer) => traceAgentRun(tracer, { sessionId: "two", cut: true, text: "\x1b[2J<b>\u202e" }),
    ], async (trace, dir) => {
      await trace("pin", "one");
      const file = `${dir}/traces.${format}`;
      const out = await trace("export", "--all", "--format", format, "--out", file);
      assert.equal(out.stdout, `2 session(s) written to ${file}\n`, out.stderr);
      assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
      const again = await trace("import", file);
      assert.match(again.stderr, /two is there already and stays: --replace[^]*0 of 2 imported/);
      const db = `${dir}/other.db`;
      const imported = await trace("import", file, "--trace-db", db);
      assert.equal(imported.stdout, "Added one\nAdded two\n", imported.stderr);
      for (const id of ["one", "two"]) {
        const [was, is] = await Promise.all([
          trace("show", id, "--full", "--json"),
          trace("show", id, "--full", "--json", "--trace-db", db),
        ]);
        const plain = (text: string) => {
          const shown = JSON.parse(text);
          // When it was written; of an imported one that is its last record.
          delete shown.session.updated_at;
          return shown;
        };
        assert.deepEqual(plain(is.stdout), plain(was.stdout));
      }
      const text = await trace("export", "two", "--format", format);
      assert.ok(!text.stdout.includes("\x1b") && !text.stdout.includes("\u202e"));
      assert.match(text.stdout, /\\u202e/);
    }));
}

Deno.test("owllm trace export --format parquet writes a private directory that import reads", () =>
  withTraced([(tracer) => traceAgentRun(tracer, { sessionId: "one" })], async (trace, dir) => {
    assert.match((await trace("export", "one", "--format", "parquet")).stderr, /Add --out DIREC/);
    const out = `${dir}/parquet`;
    const run = await trace("export", "one", "--format", "parquet", "--out", out);
    assert.equal(run.stdout, `1 session(s) written to ${out}\n`, run.stderr);
    assert.equal(((await Deno.stat(out)).mode ?? 0) & 0o777, 0o700);
    assert.equal(((await Deno.stat(`${out}/events.parquet`)).mode ?? 0) & 0o777, 0o600);
    const again = await trace("export", "one", "--format", "parquet", "--out", out);
    assert.equal(again.code, 2);
    const db = `${dir}/other.db`;
    assert.match((await trace("import", `${out}/events.parquet`)).stderr, /whole directory is/);
    assert.equal((await trace("import", out, "--trace-db", db)).stdout, "Added one\n");
    const [was, is] = await Promise.all([
      trace("export", "one", "--format", "jsonl"),
      trace("export", "one", "--format", "jsonl", "--trace-db", db),
    ]);
    assert.equal(is.stdout, was.stdout);
  }));

Deno.test("owllm trace import reads the answer of a rollout; --replace renews it", () =>
  withTempDir(async (dir) => {
    const trace = (...words: string[]) => runOwllm(["trace", ...words, "--state", dir]);
    const first = await trace("import", ROLLOUT, "--json");
    assert.deepEqual(JSON.parse(first.stdout), {
      imported: [{ session_id: ID, result: "added", file: ROLLOUT }],
    });
    assert.match((await trace("show", "last")).stdout, /interact_many/);
    assert.equal((await trace("import", ROLLOUT, "--replace")).stdout, `Replaced ${ID}\n`);
    const { stdout } = await trace("export", "last", "--format", "v3");
    const recorded = JSON.parse(await Deno.readTextFile(ROLLOUT)).trace;
    assert.deepEqual(JSON.parse(stdout), recorded);
  }));

Deno.test("owllm trace import keeps 50 MB of content whole", () =>
  withTempDir(async (dir) => {
    const trace = (...words: string[]) => runOwllm(["trace", ...words, "--state", dir]);
    const big = "<b>\x1b[0m é\n".repeat(5_000_000);
    const file = `${dir}/big.json`;
    const event = { actions: [{ text: big }], time_record: { event_time: 1_795_233_641 } };
    await Deno.writeTextFile(file, JSON.stringify({ session_id: "big", event_history: [event] }));
    assert.equal((await trace("import", file)).stdout, "Added big\n");
    const copy = `${dir}/copy.jsonl`;
    assert.equal((await trace("export", "big", "--format", "jsonl", "--out", copy)).code, 0);
    const imported = await trace("import", copy, "--trace-db", `${dir}/b.db`);
    assert.equal(imported.stdout, "Added big\n", imported.stderr);
    await trace("export", "big", "--format", "v3", "--out", file, "--trace-db", `${dir}/b.db`);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(file)).event_history, [event]);
  }));

Deno.test("owllm trace import and export say what is wrong, and write nothing then", () =>
  withTraced([(tracer) => traceAgentRun(tracer, { sessionId: "one" })], async (trace, dir) => {
    const file = async (name: string, text: string) => {
      await Deno.writeTextFile(`${dir}/${name}`, text);
      return `${dir}/${name}`;
    };
    const lines = (await trace("export", "one", "--format", "jsonl")).stdout
      .replaceAll('"one"', '"damaged"').split("\n");
    lines[3] = '{"record":"event","value":{"event_type":"cais"}}';
    const cases: [string[], RegExp][] = [
      [["import"], /which file to import/],
      [["import", `${dir}/none.json`], /There is no file ".*none.json"/],
      [["import", await file("text", "hello")], /".*text" is no trace .*: it is no JSON\n/],
      [["import", await file("data.json", "[1]")], /it has no trace in it/],
      [["import", await file("cut.jsonl", lines.join("\n"))], /Line 4 of .*expected an event; "/],
      [["export", "one", "--format", "v4"], /"v4" is no format of traces.*\n {2}Take one of v3/],
      [["export", "--format", "v3"], /which sessions to export/],
      [["export", "one", "--all", "--format", "v3"], /exclude each other/],
      [["export", "one", "--format", "v3", "--out", `${dir}/no/x`], /Cannot write/],
    ];
    for (const [words, message] of cases) {
      const run = await trace(...words);
      assert.equal(run.code, 2, words.join(" "));
      assert.match(run.stderr, message);
    }
    const { stdout } = await trace("list", "--json");
    assert.doesNotMatch(stdout, /damaged/);
  }));

Deno.test("owllm trace pin, tag, prune and remove do as they say", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "kept" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "old" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "third" }),
  ], async (trace) => {
    assert.equal((await trace("pin", "kept")).stdout, "Pinned kept\n");
    assert.equal((await trace("tag", "old", "x", "b c")).stdout, "old: b c, nightly, x\n");
    assert.equal((await trace("untag", "old", "x", "nightly")).stdout, "old: b c\n");
    assert.match((await trace("list", "--tag", "b c")).stdout, /old/);
    assert.equal((await trace("tag", "old")).code, 2);
    assert.match((await trace("tag", "old", " ")).stderr, /" " is no tag/);
    assert.equal((await trace("remove", "thi")).stdout, "Removed third\n");
    assert.match(
      (await trace("remove", "olt")).stderr,
      /No traced session "olt"\n {2}Near ones: old/,
    );
    const dry = await trace("prune", "--older", "0m", "--dry-run");
    assert.match(dry.stdout, /^old\nWould remove 1 session\(s\) with 8 record\(s\)/);
    assert.match(dry.stderr, /1 old session\(s\) stay: they are pinned/);
    assert.match((await trace("prune", "--older", "1d")).stdout, /^Removed 0 session/);
    const done = JSON.parse((await trace("prune", "--older", "0m", "--json")).stdout);
    assert.deepEqual([done.sessions, done.kept_pinned], [["old"], 1]);
    assert.equal((await trace("unpin", "kept")).stdout, "No longer pinned: kept\n");
    assert.match((await trace("prune")).stderr, /which sessions are old[^]*--older 30d --dry-run/);
    assert.match((await trace("prune", "--older", "soon")).stderr, /"soon" is no time/);
  }));
