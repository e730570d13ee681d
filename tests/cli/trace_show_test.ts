import assert from "node:assert/strict";
import { OWLLM_ARGS, runOwllm } from "../support/run_owllm.ts";
import { withTempDir } from "../support/state.ts";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

const HOSTILE = "cut \x1b[2J\x1b]52;c;eA==\x07 \u202Edesrever \x9b31m <b>x</b>\r\nnext";

Deno.test("owllm trace show draws steps, model calls, tool calls, errors and decisions", () =>
  withTraced([(tracer) => traceAgentRun(tracer, { sessionId: "run_a" })], async (trace) => {
    const { stdout, code } = await trace("show", "run_a");
    assert.equal(code, 0);
    const shown = stdout.replaceAll(/(?<=step \d {2}\w+ {2}).*/g, "TIME");
    assert.ok(
      shown.includes(`
step 1  turn_2  TIME
  model coder:7b  500 ms, 120 in, 30 out, 100 tok/s, tool_calls
    3 earlier messages
    tool: src tests
    assistant: Now the source.
    -> read_file {"path":"src/sum.ts"}
  tool read_file  4.2 ms  {"path":"src/sum.ts"}
    = export const sum = (a, b) => a - b;
step 2  turn_3  TIME
`),
      stdout,
    );
    assert.ok(
      shown.includes(`
  ✗ tool shell  820 ms  {"command":"deno test"}
    error timeout: Connection refused by the test server
    decision: allow
  env env:tests  reward -1, terminated
`),
      stdout,
    );
    assert.match(stdout, /^run_a {2}run {2}ok\n/);
    assert.match(stdout, /3 steps, 7 events, 1 message, 3 tool calls, 1 error/);
    const step = await trace("show", "run", "--step", "2");
    assert.match(step.stdout, /step 2/);
    assert.doesNotMatch(step.stdout, /step [01]/);
  }));

Deno.test("owllm trace show makes hostile text harmless, shortened and in full", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "x", path: HOSTILE, text: HOSTILE }),
  ], async (trace) => {
    for (const words of [[], ["--full"]]) {
      const { stdout } = await trace("show", "x", ...words);
      assert.match(stdout, /cut \uFFFD\[2J.*\uFFFDdesrever \uFFFD31m <b>x<\/b>/);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202E]/);
    }
    const { stdout } = await trace("show", "x", "--json", "--full");
    assert.doesNotMatch(stdout, /[\x7f-\x9f\u202E]/);
    const document = JSON.parse(stdout);
    assert.equal(document.parts[1].step.items[1].tool.result.text, HOSTILE);
  }));

Deno.test("owllm trace show cuts 50 MB to a line with the size, and shows all of it in full", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "x", text: "0123456789".repeat(5e6) }),
  ], async (trace) => {
    const start = performance.now();
    const short = await trace("show", "x");
    const ms = performance.now() - start;
    assert.match(short.stdout, /\n {4}= 0123456789[0-9]*… \[48 MiB\]\n/);
    assert.ok(short.stdout.length < 4_000);
    assert.match(short.stderr, /Texts are shortened; whole: owllm trace show x --full\n$/);
    assert.ok(ms < 3_000, `${ms} ms`);
    const full = await trace("show", "x", "--step", "1", "--full");
    assert.ok(full.stdout.length > 5e7);
    assert.equal(full.stderr, "");
  }));

Deno.test("owllm trace show goes up to the cut of a trace and says that it has no end", () =>
  withTempDir(async (parent) => {
    const dir = `${parent}/state`;
    const writer = new URL("../support/trace_writer.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "-A",
        "--config",
        OWLLM_ARGS[4] ?? "",
        writer,
        dir,
        "1",
        "2",
        "9999999",
      ],
      stdout: "piped",
    }).spawn();
    // It writes its first step for minutes; this is in the middle of it.
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const id = new TextDecoder().decode(value).trim();
    const { stdout, code } = await runOwllm(["trace", "show", id, "--state", dir]);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assert.match(lines[0] ?? "", new RegExp(`^${id} {2}program {2}open$`));
    assert.match(stdout, /\nstep 0 {2}step_0 {2}no end\n {2}run writer\n {4}did 0\n/);
    assert.match(lines.at(-1) ?? "", /^-- no end: cut or running, last written \d+ s ago --$/);
    const document = JSON.parse(
      (await runOwllm(["trace", "show", "last", "--json", "--state", dir])).stdout,
    );
    assert.deepEqual([document.open, document.session.status], [true, "open"]);
    assert.equal(document.parts[0].step.duration_ms, null);
  }));

Deno.test("owllm trace show names the nearest sessions and the steps that there are", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "run_a1" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "run_a2" }),
  ], async (trace) => {
    const wrong = [
      [["run_b1"], /No traced session "run_b1"\n {2}Near ones: run_a1/],
      [
        ["run_"],
        /"run_" is the beginning of several sessions\n {2}Type more of it: run_a2, run_a1/,
      ],
      [["last", "--step", "7"], /There is no step 7 in "run_a2"\n {2}It has the steps 0 to 2/],
      [["last", "--step", "x"], /"x" is no number of a step/],
      [["\x1b[2J"], /No traced session/],
    ] as const;
    for (const [words, said] of wrong) {
      const run = await trace("show", ...words);
      assert.equal(run.code, 2, words.join(" "));
      assert.match(run.stderr, said);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(run.stderr, /\x1b/);
    }
  }));
