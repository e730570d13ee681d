import assert from "node:assert/strict";
import { startOtlpReceiver } from "../support/otlp_receiver.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import { ROOT } from "../support/sources.ts";
import { openTestState, withTempDir } from "../support/state.ts";
import { traceSession, waitingSpans } from "../support/traced_session.ts";
import { startTestTracing } from "../support/tracing.ts";

/** A process that traces steps to an endpoint and is killed with -9 some time after the last one. */
async function traceAndKill(
  { dir, endpoint, steps, ready = () => true }: {
    readonly dir: string;
    readonly endpoint: string;
    readonly steps: number;
    readonly ready?: () => boolean;
  },
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("tests/support/otlp_writer.ts", ROOT).pathname].concat(
      dir,
      endpoint,
      String(steps),
    ),
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(`${steps - 1}\n`)) {
    const { value, done } = await reader.read();
    assert.ok(!done, "the writer ended by itself");
    text += value;
  }
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
}

Deno.test("owllm trace export --otlp sends what kill -9 left behind, each span once", () =>
  withTempDir(async (dir) => {
    await using receiver = startOtlpReceiver();
    // The first request never gets an answer: the process dies with spans on their way.
    const never = Promise.withResolvers<Response>();
    receiver.answer = () => never.promise;
    await traceAndKill({
      dir,
      endpoint: receiver.url,
      steps: 50,
      ready: () => receiver.requests.length > 0,
    });
    never.resolve(new Response(null, { status: 503 }));
    receiver.answer = undefined;
    // Steps and events. Of the session's own span nobody knows that it will not go on.
    const first = await runOwllm(["trace", "export", "--otlp", "--state", dir, "--json"], {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /Another process is sending \d+ span\(s\): waiting for it/);
    assert.deepEqual(JSON.parse(first.stdout), {
      session_id: null,
      endpoint: `${receiver.url}/v1/traces`,
      sent: 100,
      refused: 0,
      kept: 0,
    });
    assert.equal(new Set(receiver.spans.map(({ spanId }) => spanId)).size, 100);
    assert.equal(receiver.spans.length, 100);
    const again = await runOwllm(
      ["trace", "export", "--endpoint", receiver.url, "--state", dir],
    );
    assert.equal(again.stdout, "Nothing waits to be sent\n");
  }));

Deno.test("owllm trace export --otlp RUN sends one session whole, with its cut", () =>
  withTempDir(async (dir) => {
    await using receiver = startOtlpReceiver();
    await traceAndKill({ dir, endpoint: "http://127.0.0.1:1", steps: 3 });
    const run = await runOwllm(
      ["trace", "export", "--otlp", "last", "--endpoint", receiver.url, "--state", dir],
    );
    assert.equal(run.stdout, `Sent 7 span(s) to ${receiver.url}/v1/traces\n`);
    const root = receiver.spans.find(({ parentSpanId }) => parentSpanId === null);
    assert.equal(root?.attributes["owllm.cut"], true);
    assert.equal(root.attributes["session.id"], "killed");
  }));

Deno.test("owllm trace export says what is missing, wrong or not allowed", () =>
  withTempDir(async (dir) => {
    {
      using state = await openTestState(dir);
      await using tracing = await startTestTracing(state, { endpoint: "http://127.0.0.1:1" });
      traceSession(tracing.createTracer(), 1);
    }
    const cases: [string[], number, RegExp][] = [
      [[], 2, /It is not said as what to export/],
      [["--otlp"], 2, /No OTLP endpoint is named\n {2}Add --endpoint/],
      [["--otlp", "nowhere", "--endpoint", "http://127.0.0.1:1"], 2, /No traced session "nowhere"/],
      [["--endpoint", "not an address"], 2, /Cannot send traces to "not an address"/],
      [["--endpoint", "http://127.0.0.1:1"], 3, /Cannot send traces to "http:\/\/127.0.0.1:1\//],
      [["--endpoint", "https://otel.example"], 4, /OWLLM_ALLOW_NET=otel.example:443/],
    ];
    for (const [args, code, said] of cases) {
      const run = await runOwllm(["trace", "export", ...args, "--state", dir]);
      assert.equal(run.code, code, run.stderr);
      assert.match(run.stderr, said);
      assert.doesNotMatch(run.stderr, /\n {4}at /);
    }
    using state = await openTestState(dir);
    assert.equal(waitingSpans(state), 3);
  }));

Deno.test("owllm smoke model --trace sends to the endpoint of the settings, and goes on without it", () =>
  withTempDir(async (dir) => {
    await using receiver = startOtlpReceiver();
    await using server = await startScriptedServer({ dialect: "openai" });
    const smoke = (endpoint: string) =>
      runOwllm(["smoke", "model", `${server.url}#scripted:7b`, "--trace", "--state", dir], {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
      });
    const up = await smoke(receiver.url);
    assert.equal(up.code, 0, up.stderr);
    assert.doesNotMatch(up.stderr, /do not reach/);
    const kinds = receiver.spans.map(({ attributes }) => attributes["openinference.span.kind"]);
    assert.equal(kinds.filter((kind) => kind === "AGENT").length, 1);
    assert.ok(kinds.filter((kind) => kind === "LLM").length > 5);
    const root = receiver.spans.find(({ parentSpanId }) => parentSpanId === null);
    assert.equal(root?.attributes["owllm.session.kind"], "smoke");
    const down = await smoke("http://127.0.0.1:1");
    assert.equal(down.code, 0, down.stderr);
    assert.equal(down.stderr.match(/do not reach/g)?.length, 1);
    const later = await runOwllm(
      ["trace", "export", "--otlp", "--endpoint", receiver.url, "--state", dir],
    );
    assert.match(later.stdout, /^Sent \d+ span\(s\)/);
    const roots = receiver.spans.filter(({ parentSpanId }) => parentSpanId === null);
    assert.equal(roots.length, 2);
  }));
