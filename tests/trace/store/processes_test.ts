import assert from "node:assert/strict";
import { loadTrace } from "../../../lib/trace/mod.ts";
import { ROOT } from "../../support/sources.ts";
import { openTestState, withTempDir } from "../../support/state.ts";

function startWriter(dir: string, ...counts: number[]): Deno.ChildProcess {
  const script = new URL("tests/support/trace_writer.ts", ROOT).pathname;
  const config = new URL("deno.json", ROOT).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--config", config, script, dir, ...counts.map(String)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("traces of four processes that write one file at once are all whole", () =>
  withTempDir(async (dir) => {
    const [sessions, steps, events] = [3, 8, 10];
    const writers = Array.from({ length: 4 }, () => startWriter(dir, sessions, steps, events));
    for (const { code, stderr } of await Promise.all(writers.map((one) => one.output()))) {
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    using state = await openTestState(dir);
    const all = state.traces.list({ limit: 100 });
    assert.equal(all.length, 4 * sessions);
    for (const { id, status } of all) {
      const { session } = loadTrace(state.traces, id) ?? assert.fail(id);
      assert.equal(status, "ok");
      assert.deepEqual(
        session.time_steps.map((step) => [step.events.length, step.messages.length]),
        Array.from({ length: steps }, () => [events, events]),
      );
      const seqs = [...session.event_history, ...session.message_history].map(({ seq }) => seq);
      assert.equal(new Set(seqs).size, steps * events * 2);
    }
    assert.equal((await state.check()).ok, true);
  }));

Deno.test("no event is lost to kill -9 once its step ended, and the cut is seen", () =>
  withTempDir(async (dir) => {
    const events = 7;
    const writer = startWriter(dir, 1, 1_000_000, events);
    let said = "";
    const decoder = new TextDecoder();
    for await (const chunk of writer.stdout) {
      said += decoder.decode(chunk, { stream: true });
      if (said.split("\n").length > 100) break;
    }
    writer.kill("SIGKILL");
    await writer.stderr.cancel();
    assert.equal((await writer.status).signal, "SIGKILL");
    const [id = "", ...acknowledged] = said.slice(0, said.lastIndexOf("\n")).split("\n");
    assert.ok(acknowledged.length >= 99);
    using state = await openTestState(dir);
    const { session, record } = loadTrace(state.traces, id) ?? assert.fail("the trace is gone");
    assert.equal(session.status, "open");
    assert.equal(record.endedUs, null);
    for (const line of acknowledged) {
      const step = session.time_steps[Number(line.split(" ")[1])];
      assert.equal(step?.events.length, events, line);
      assert.equal(step?.messages.length, events, line);
      assert.notEqual(step?.completed_at, null, line);
    }
    assert.equal((await state.check()).ok, true);
  }));
