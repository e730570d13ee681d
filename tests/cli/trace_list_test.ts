import assert from "node:assert/strict";
import { textWidth } from "../../lib/cli/text_width.ts";
import { formatAgo, formatDuration, formatSize, parseSince } from "../../lib/cli/trace_lines.ts";
import { OwllmError } from "../../lib/core/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { withTempDir } from "../support/state.ts";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

Deno.test("owllm trace list shows the newest first, and which session has no end", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "run_a" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "run_b", cut: true }),
    (tracer) => {
      tracer.startSession({ sessionId: "evil\x1b[2J\u202E", kind: "program" });
      tracer.endSession({ error: new Error("broken") });
    },
  ], async (trace) => {
    const { stdout, code } = await trace("list");
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^RUN +WHEN +KIND +MODEL +STEPS +TOOLS +TOKENS +TIME +STATUS$/);
    assert.match(lines[1] ?? "", /^evil\uFFFD\[2J\uFFFD .* program .* error$/);
    assert.match(lines[2] ?? "", /^run_b .* run +coder:7b +2 +2 +300 .* open$/);
    assert.match(lines[3] ?? "", /^run_a .* run +coder:7b +3 +3 +450 .* ok$/);
    assert.match(lines[4] ?? "", /^run_b is open: cut or running, last written \d+ s ago$/);
    assert.ok(lines.every((line) => textWidth(line) <= 100));

    const ids = async (...words: string[]) =>
      JSON.parse((await trace("list", "--json", ...words)).stdout).sessions
        .map((session: { session_id: string }) => session.session_id);
    assert.deepEqual(await ids("--status", "open"), ["run_b"]);
    assert.deepEqual(await ids("--model", "coder:7b", "--since", "1h"), ["run_b", "run_a"]);
    assert.deepEqual(await ids("--tag", "nightly", "--limit", "1"), ["run_b"]);
    assert.deepEqual(await ids("--kind", "smoke"), []);
    assert.match(
      (await trace("list", "--kind", "smoke")).stdout,
      /^No traced session is like that/,
    );
  }));

Deno.test("owllm trace list names the model that was meant, and leaves out columns that do not fit", () =>
  withTraced([
    (tracer) => {
      const model = `model:${"x".repeat(34)}`;
      tracer.startSession({ sessionId: "run_a", metadata: { model } });
      tracer.recordEvent({ event_type: "cais", system_instance_id: "llm", model_name: "other" });
      tracer.endSession();
    },
  ], async (trace) => {
    const { stdout } = await trace("list");
    assert.match(
      stdout,
      /^RUN +BEGAN +KIND +MODEL +STEPS +TOKENS +TIME +STATUS\nrun_a +\d+ s ago +program +model:x{34} /,
    );
    for (const line of stdout.split("\n")) assert.ok(textWidth(line) <= 100, line);
  }));

Deno.test("owllm trace list refuses what it does not understand with a way out", () =>
  withTraced([], async (trace, dir) => {
    assert.match((await trace("list")).stdout, /^Nothing is traced yet/);
    const wrong = [
      [["--status", "eror"], /"eror" is no status \(did you mean "error"\?\)/],
      [["--since", "yesterday"], /"yesterday" is no time\n {2}E.g. --since 2h/],
      [["--limit", "0"], /"0" is no number/],
      [["--trace-db", `${dir}/none.db`], /There is no trace file ".*none.db"/],
    ] as const;
    for (const [words, said] of wrong) {
      const run = await trace("list", ...words);
      assert.equal(run.code, 2, words.join(" "));
      assert.match(run.stderr, said);
    }
  }));

Deno.test("owllm trace list refuses a foreign file and leaves it as it was", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/notes.db`;
    await Deno.writeTextFile(path, "my notes, no database\n".repeat(100));
    const before = await Deno.readFile(path);
    const run = await runOwllm(["trace", "list", "--trace-db", path]);
    assert.notEqual(run.code, 0);
    assert.match(run.stderr, /notes\.db/);
    assert.deepEqual(await Deno.readFile(path), before);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name), [
      "notes.db",
    ]);
  }));

Deno.test("parseSince() takes a span before now or a date in UTC, and nothing that is none", () => {
  const seconds = (text: string) => Date.parse(text) / 1000;
  assert.equal(parseSince("2h", NOW), seconds("2026-11-21T10:00:00Z"));
  assert.equal(parseSince("3d", NOW), seconds("2026-11-18T12:00:00Z"));
  assert.equal(parseSince("2026-11-01", NOW), seconds("2026-11-01T00:00:00Z"));
  assert.equal(parseSince("2026-11-01T08:30", NOW), seconds("2026-11-01T08:30:00Z"));
  for (const wrong of ["", "2", "-1h", "2026-02-31", "2026-13-01", "2026-11-01T25:00", "1y"]) {
    assert.throws(() => parseSince(wrong, NOW), OwllmError, wrong);
  }
});

Deno.test("formatAgo(), formatDuration() and formatSize() stay short from small to large", () => {
  const ago = (seconds: number) => formatAgo(NOW.getTime() / 1000 - seconds, NOW);
  assert.deepEqual([5, 300, 7200, 250_000].map(ago), [
    "5 s ago",
    "5 min ago",
    "2 h ago",
    "3 d ago",
  ]);
  assert.deepEqual([0.25, 250, 12_340, 303_000].map(formatDuration), [
    "0.3 ms",
    "250 ms",
    "12.3 s",
    "5 min 03 s",
  ]);
  assert.deepEqual([12, 2048, 50 * 1024 ** 2].map(formatSize), ["12 bytes", "2 KiB", "50 MiB"]);
});
