import assert from "node:assert/strict";
import { systemClock } from "../../../lib/core/mod.ts";
import type { State } from "../../../lib/state/mod.ts";
import { sendTraces, type SentTraces } from "../../../lib/trace/mod.ts";
import { accepted, type OtlpReceiver, startOtlpReceiver } from "../../support/otlp_receiver.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { startTestTracing } from "../../support/tracing.ts";
import { traceSession, waitingSpans } from "../../support/traced_session.ts";

const SECRET = "very-secret-value-of-a-header";

function withState(body: (state: State) => Promise<void>) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    await body(state);
  });
}

/** Traces a session of 7 spans to an endpoint; what was said, and how long the end took in ms. */
async function traceTo(state: State, endpoint: string, env: Record<string, string> = {}) {
  const tracing = await startTestTracing(state, { endpoint, env });
  traceSession(tracing.createTracer(), 3);
  const start = performance.now();
  await tracing.shutdown();
  return { notices: tracing.notices, endedIn: performance.now() - start };
}

function send(
  state: State,
  endpoint: string,
  more: { readonly sessionId?: string; readonly notices?: string[] } = {},
): Promise<SentTraces> {
  return sendTraces({
    traces: state.traces,
    endpoint,
    env: () => undefined,
    owllmVersion: "0.0.0-test",
    project: "owllm",
    clock: systemClock,
    signal: AbortSignal.timeout(30_000),
    sessionId: more.sessionId,
    onNotice: (notice) => more.notices?.push(notice),
  });
}

/** All spans of the session arrived, each once. */
function assertAll(receiver: OtlpReceiver): void {
  const ids = receiver.spans.map(({ spanId }) => spanId);
  assert.equal(ids.length, 7);
  assert.equal(new Set(ids).size, 7);
}

Deno.test("an endpoint that is down costs nothing, loses nothing and is told of once", () =>
  withState(async (state) => {
    const port = freePort();
    const down = await traceTo(state, `http://127.0.0.1:${port}`);
    assert.ok(down.endedIn < 1_000, `the end took ${down.endedIn} ms`);
    assert.equal(down.notices.length, 1);
    assert.match(
      down.notices[0] ?? "",
      /do not reach http:\/\/127.0.0.1:\d+\/v1\/traces: .*send them later with: owllm trace export --otlp/,
    );
    assert.equal(waitingSpans(state), 7);
    await using receiver = startOtlpReceiver({ port });
    const sent = await send(state, receiver.url);
    assert.deepEqual(sent, { endpoint: `${receiver.url}/v1/traces`, sent: 7, refused: 0, kept: 0 });
    assertAll(receiver);
    assert.equal((await send(state, receiver.url)).sent, 0);
  }));

Deno.test("an endpoint that is slow holds up the end for a second at most", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    const late = Promise.withResolvers<Response>();
    receiver.answer = () => late.promise;
    const slow = await traceTo(state, receiver.url);
    assert.ok(slow.endedIn < 1_500, `the end took ${slow.endedIn} ms`);
    assert.equal(slow.notices.length, 1);
    assert.equal(waitingSpans(state), 7);
    receiver.answer = undefined;
    late.resolve(new Response(null, { status: 503 }));
    assert.equal((await send(state, receiver.url)).sent, 7);
    assertAll(receiver);
  }));

Deno.test("an endpoint that is hurt is asked again by the same process, and told of once", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    let failures = 0;
    receiver.answer = () => {
      if (++failures === 2) receiver.answer = undefined;
      return new Response("overloaded", { status: 503 });
    };
    const tracing = await startTestTracing(state, { endpoint: receiver.url });
    traceSession(tracing.createTracer(), 3);
    const end = Date.now() + 10_000;
    while (waitingSpans(state) > 0 && Date.now() < end) await systemClock.sleep(50);
    assertAll(receiver);
    await tracing.shutdown();
    assert.equal(tracing.notices.length, 1);
    assert.match(tracing.notices[0] ?? "", /status 503: overloaded/);
  }));

Deno.test("a redirect is refused, because it leaves the host that was judged", () =>
  withState(async (state) => {
    await using other = startOtlpReceiver();
    await using receiver = startOtlpReceiver();
    receiver.answer = () => Response.redirect(`${other.url}/v1/traces`, 307);
    const { notices } = await traceTo(state, receiver.url);
    assert.match(notices[0] ?? "", /status 307 \(Name the address itself: redirects/);
    assert.deepEqual([receiver.requests.length, other.requests.length], [1, 0]);
    assert.equal(waitingSpans(state), 7);
    await assert.rejects(send(state, receiver.url), { code: "failed" });
  }));

Deno.test("another host is refused with the grant that would allow it, before anything is sent", () =>
  withState(async (state) => {
    const { notices } = await traceTo(state, "http://collector.example:4318");
    assert.deepEqual(notices, [
      'Traces are kept and not sent: The host "collector.example" is not this machine, and owllm ' +
      "asks no other host unless told to. To allow it: OWLLM_ALLOW_NET=collector.example:4318 owllm …",
    ]);
    assert.equal(waitingSpans(state), 7);
    await assert.rejects(send(state, "http://collector.example:4318"), { code: "denied" });
    await assert.rejects(send(state, "http://u:p@127.0.0.1:1"), (error: Error) => {
      assert.match(error.message, /with a password in the address/);
      assert.doesNotMatch(error.message, /u:p/);
      return true;
    });
  }));

Deno.test("headers are sent, those for traces win, and none is ever shown", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    receiver.answer = ({ headers }) =>
      new Response(`bad key ${headers.get("api_key")} ${headers.get("authorization")}`, {
        status: 401,
        headers: { "content-type": "text/plain" },
      });
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: `api_key=${SECRET},authorization=x`,
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: `authorization=Bearer%20${SECRET}2`,
    };
    const { notices } = await traceTo(state, receiver.url, env);
    assert.equal(receiver.requests[0]?.headers.get("authorization"), `Bearer ${SECRET}2`);
    assert.equal(receiver.requests[0]?.headers.get("api_key"), SECRET);
    assert.match(notices[0] ?? "", /status 401: bad key \[redacted\]/);
    assert.doesNotMatch(notices.join(), new RegExp(SECRET));
    const broken = await traceTo(state, receiver.url, {
      OTEL_EXPORTER_OTLP_HEADERS: `a=b,${SECRET}`,
    });
    assert.match(broken.notices[0] ?? "", /Cannot read header 2 in OTEL_EXPORTER_OTLP_HEADERS/);
    assert.doesNotMatch(broken.notices.join(), new RegExp(SECRET));
  }));

Deno.test("spans that the endpoint rejects in a partial success are not sent again", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    receiver.answer = () => accepted(2, "too old");
    const { notices } = await traceTo(state, receiver.url);
    assert.equal(waitingSpans(state), 0);
    assert.match(notices[0] ?? "", /refused 2 span\(s\): too old/);
  }));

Deno.test("one span that an endpoint cannot bear does not keep the others back", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    const bad = (name: string) => name === "step_1";
    receiver.answer = ({ spans }) =>
      spans.some(({ name }) => bad(name)) ? new Response("no", { status: 413 }) : accepted();
    const { notices } = await traceTo(state, receiver.url);
    const names = receiver.spans.map(({ name }) => name);
    assert.equal(names.length, 6);
    assert.ok(!names.some(bad));
    assert.match(notices[0] ?? "", /refused 1 span\(s\): It answered with status 413/);
    assert.equal(waitingSpans(state), 1);
    receiver.answer = undefined;
    assert.deepEqual(
      { ...await send(state, receiver.url), endpoint: "" },
      { endpoint: "", sent: 0, refused: 0, kept: 1 },
    );
  }));

Deno.test("an endpoint that refuses everything is not asked about every span", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    receiver.answer = () => new Response("what is this", { status: 400 });
    const tracing = await startTestTracing(state, { endpoint: receiver.url });
    traceSession(tracing.createTracer(), 100);
    await tracing.shutdown();
    assert.ok(receiver.requests.length <= 12, `${receiver.requests.length} requests`);
    // At most a few were found to be refused alone; none is gone.
    assert.equal(waitingSpans(state), 201);
  }));

Deno.test("sendTraces() sends one session whole, sent before or not, and as it stands", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    const tracing = await startTestTracing(state);
    const tracer = tracing.createTracer();
    const id = traceSession(tracer, 3);
    assert.equal(waitingSpans(state), 0, "without an endpoint nothing waits");
    assert.equal((await send(state, receiver.url, { sessionId: id })).sent, 7);
    assertAll(receiver);
    tracer.startSession({ sessionId: "open" });
    tracer.startTimestep();
    tracing.store.flush();
    assert.equal((await send(state, receiver.url, { sessionId: "open" })).sent, 2);
    const open = receiver.spans.at(-1);
    assert.deepEqual([open?.attributes["owllm.cut"], open?.status.code], [true, 0]);
  }));

Deno.test("sendTraces() leaves spans to another sender and waits for it", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    const tracing = await startTestTracing(state, { endpoint: "http://127.0.0.1:1" });
    traceSession(tracing.createTracer(), 3);
    await tracing.shutdown();
    const nowUs = Date.now() * 1000;
    const claim = state.traces.outbox.claim({
      limit: 4,
      nowUs,
      untilUs: nowUs + 5_000_000,
      cutBeforeUs: 0,
    });
    const notices: string[] = [];
    const sending = send(state, receiver.url, { notices });
    await systemClock.sleep(600);
    assert.equal(receiver.spans.length, 3);
    state.traces.outbox.release(claim, 0);
    assert.equal((await sending).sent, 7);
    assertAll(receiver);
    assert.deepEqual(notices, ["Another process is sending 4 span(s): waiting for it"]);
  }));

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
