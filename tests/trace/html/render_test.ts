import assert from "node:assert/strict";
import type { NewEvent, SessionTracer } from "../../../lib/trace/mod.ts";
import type { Block, TextBlock } from "../../../lib/trace/html/page_data.ts";
import { contentOf, pageText, withStored } from "../../support/trace_page.ts";
import { traceAgentRun } from "../../support/trace_session.ts";

const HOSTILE = `</script><script>window.owned=1</script><!--<img src=x onerror="owned=1">` +
  `\u0000\u001b[2J\u009b\u202E\u2028\uD800 {"$content":"x"} ' "`;

function tool(result: string): NewEvent {
  return {
    event_type: "runtime",
    system_instance_id: `tool:${HOSTILE}`,
    latency_ms: 1,
    tool: { name: HOSTILE, arguments_json: HOSTILE, call_id: HOSTILE, result },
    error: { type: HOSTILE, message: HOSTILE },
    system_state_before: { [HOSTILE]: 1 },
    system_state_after: { [HOSTILE]: HOSTILE },
    metadata: { [HOSTILE]: HOSTILE },
  };
}

/** Says what was found, and not where: a page is long. */
function assertWithout(text: string, pattern: RegExp): void {
  assert.deepEqual(text.match(pattern)?.[0], undefined);
}

function ofType<T extends Block["type"]>(blocks: readonly Block[] | undefined, type: T) {
  return (blocks ?? []).filter((block): block is Extract<Block, { type: T }> =>
    block.type === type
  );
}

Deno.test("renderTrace() shows steps and events as a tree on one axis", () =>
  withStored((tracer) => traceAgentRun(tracer, { sessionId: "run_1" }), async (trace) => {
    const page = await pageText(trace);
    const { head: { rows, total } } = contentOf(page);
    const shape = rows.map(({ kind, depth, name }) => `${depth} ${kind} ${name}`);
    assert.deepEqual(shape.slice(0, 2), ["0 session Session: run", "1 step turn_1"]);
    assert.equal(shape.filter((one) => one === "2 model coder:7b").length, 3);
    assert.ok(shape.includes("2 message user"));
    assert.ok(shape.includes("2 environment env:tests"));
    const shell = rows.find(({ name }) => name === "shell");
    assert.equal(shell?.failed, true);
    assert.match(shell.line, /^timeout: Connection refused/);
    assert.equal(shell.ms, 820);
    const model = rows.find(({ kind }) => kind === "model");
    assert.deepEqual([model?.read, model?.wrote, model?.rate], [120, 30, 100]);
    for (const { at, ms = 0 } of rows) assert.ok(at >= 0 && at + ms <= total + 0.01);
    assert.ok(rows.every(({ open }) => open === undefined));
    assert.match(page, /<span class="status ok">OK<\/span> coder:7b/);
  }));

Deno.test("renderTrace() puts what a span was around inside of it", () => {
  const around = "1".repeat(16);
  return withStored((tracer) => {
    tracer.startSession({ sessionId: "nested" });
    using _step = tracer.timestep();
    const event = (system_instance_id: string, own: Partial<NewEvent>) =>
      tracer.recordEvent({ event_type: "runtime", system_instance_id, ...own } as NewEvent);
    event("inner", { latency_ms: 1, parent_span_id: around, span_id: "2".repeat(16) });
    event("innermost", { latency_ms: 0, parent_span_id: "2".repeat(16) });
    event("outer", { latency_ms: 5000, span_id: around });
    // A ring, as only spans of others can have it.
    event("a", { span_id: "3".repeat(16), parent_span_id: "4".repeat(16) });
    event("b", { span_id: "4".repeat(16), parent_span_id: "3".repeat(16) });
  }, async (trace) => {
    const { head: { rows } } = contentOf(await pageText(trace));
    const shape = rows.slice(2).map(({ depth, name }) => `${depth} ${name}`);
    assert.deepEqual(shape, ["2 outer", "3 inner", "4 innermost", "2 a", "3 b"]);
  });
});

Deno.test("renderTrace() marks a trace that was cut", () =>
  withStored((tracer) => traceAgentRun(tracer, { sessionId: "cut", cut: true }), async (trace) => {
    const page = await pageText(trace);
    assert.match(page, /<span class="status open">No end<\/span>/);
    assert.match(page, /role="status">No end: cut by a crash/);
    const { head: { rows, total } } = contentOf(page);
    // It ends where the last thing that is known of it ended.
    assert.ok(total < 60_000, `the axis is ${total} ms long`);
    assert.deepEqual(rows.filter(({ open }) => open).map(({ id }) => id), ["session", "step-1"]);
  }));

Deno.test("renderTrace() carries the history of a conversation once", () =>
  withStored((tracer) => {
    tracer.startSession({ sessionId: "chat" });
    const messages = Array.from({ length: 200 }, (_, i) => ({
      role: i % 2 === 0 ? "user" : "assistant",
      parts: [{ type: "text", text: `${i} `.repeat(500) }],
    }));
    for (let turn = 1; turn <= 100; turn++) {
      using _step = tracer.timestep();
      tracer.recordEvent(modelCall(messages.slice(0, 2 * turn)));
    }
    tracer.endSession();
  }, async (trace) => {
    const page = await pageText(trace);
    assert.ok(page.length < 500_000, `the page has ${page.length} characters`);
    const { details, texts, messages, head: { rows } } = contentOf(page);
    assert.deepEqual([texts.length, messages.length], [200, 200]);
    const last = rows.findLastIndex(({ kind }) => kind === "model");
    const [request] = ofType(details[last], "messages");
    const before = Array.from({ length: 198 }, (_, id) => id);
    assert.deepEqual(request?.messages, [before, 198, 199]);
  }));

function modelCall(messages: readonly unknown[]): NewEvent {
  return {
    event_type: "cais",
    system_instance_id: "llm",
    call_records: [{
      call_id: "r",
      api_type: "chat_completions",
      provider: "ollama",
      model_name: "m",
      started_at: null,
      completed_at: null,
      latency_ms: null,
      request_params: {},
      input_messages: messages as never,
      output_messages: [],
      output_tool_calls: [],
      usage: { input_tokens: null, output_tokens: null, total_tokens: null },
      finish_reason: null,
    }],
  };
}

Deno.test("renderTrace() keeps hostile text out of the markup and whole in the data", () =>
  withStored((tracer) => {
    tracer.startSession({
      sessionId: "hostile",
      kind: HOSTILE,
      tags: [HOSTILE],
      metadata: { task: HOSTILE },
    });
    tracer.startTimestep({ stepId: HOSTILE });
    tracer.addMessage({ message_type: HOSTILE, content: HOSTILE });
    tracer.recordEvent(tool(HOSTILE));
    tracer.endTimestep();
    tracer.endSession({ error: new Error(HOSTILE) });
  }, async (trace) => {
    const page = await pageText(trace);
    const parts = contentOf(page).details.length;
    assert.equal(parts, 4);
    const scripts = page.match(/<script\b[^>]*>/g);
    assert.deepEqual(scripts?.map((one) => one.replace(/ data-.*>/, ">")), [
      '<script type="application/json" id="head">',
      "<script>",
      '<script type="application/json" class="part">',
    ]);
    assert.equal(page.match(/<\/script/g)?.length, 3);
    assertWithout(page, /<img|<!--/);
    // deno-lint-ignore no-control-regex
    assertWithout(page, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E]/);
    const { details, texts } = contentOf(page);
    const result = ofType(details.flat(), "text").find(({ title }) =>
      title === "Result"
    ) as TextBlock;
    const text = typeof result.text === "number" ? texts[result.text] : result.text;
    assert.equal(text, HOSTILE);
  }));

Deno.test("renderTrace() names no address outside of the page", () =>
  withStored((tracer) => traceAgentRun(tracer, { sessionId: "run_1" }), async (trace) => {
    const page = await pageText(trace);
    assertWithout(page, /\b(?:https?|ftp|wss?|blob):\/\/|data:\w+\/|\bsrc=|\bhref=|url\(|@import/);
    assertWithout(page, /\son[a-z]+=|\sstyle=|innerHTML|\beval\b/);
    const [, policy = ""] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    assert.match(
      policy,
      /^default-src &#39;none&#39;; style-src &#39;sha256-[^ ]+; script-src &#39;sha256-/,
    );
    assertWithout(policy, /unsafe|\*|https?/);
  }));

Deno.test("renderTrace() shortens a huge text and tells its size", () =>
  withStored((tracer) => {
    tracer.startSession({ sessionId: "huge" });
    tracer.recordEvent(tool("ü".repeat(25_000_000)));
    tracer.endSession();
  }, async (trace) => {
    const page = await pageText(trace);
    assert.ok(page.length < 400_000, `the page has ${page.length} characters`);
    const cut = contentOf(page).texts.find((one) => typeof one !== "string");
    assert.deepEqual([cut?.[0].length, cut?.[1]], [200_000, 50_000_000]);
  }));

Deno.test("renderTrace() tells what changed between two states", () =>
  withStored((tracer: SessionTracer) => {
    tracer.startSession({ sessionId: "states" });
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: "world",
      system_state_before: { at: [1, 2], bag: { wood: 1 }, same: { deep: [1] } },
      system_state_after: { at: [1, 3], bag: { wood: 1, stone: 2 }, same: { deep: [1] } },
    });
    tracer.endSession();
  }, async (trace) => {
    const { details } = contentOf(await pageText(trace));
    const [block] = ofType(details[1], "changes");
    assert.deepEqual(block?.changes, [
      { path: "at[1]", before: "2", after: "3" },
      { path: "bag.stone", before: null, after: "2" },
    ]);
  }));

Deno.test("renderTrace() shows spans of others around and inside of events", () =>
  withStored((tracer) => {
    tracer.startSession({ sessionId: "spans" });
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: "inside",
      parent_span_id: "a".repeat(16),
    });
    tracer.endSession();
  }, async (trace) => {
    const body = {
      name: "GET /docs",
      kind: "client",
      span_id: "a".repeat(16),
      parent_span_id: trace.session.span_id,
      started_at: trace.session.created_at - 1,
      latency_ms: 2000,
      attributes: { "http.status": 500 },
      status: { code: "error", message: "no such page" },
      scope: { name: "http", version: null },
    };
    const odd = { entryId: 8, step_index: 3, body: { name: 7, started_at: "x" } };
    const spans = [{ entryId: 7, step_index: null, body }, odd];
    const { head: { rows }, details } = contentOf(await pageText({ ...trace, spans }));
    const shape = rows.slice(1).map(({ id, depth, name }) => `${depth} ${id} ${name}`);
    assert.deepEqual(shape, ["1 span-7 GET /docs", "2 seq-0 inside", "1 span-8 7"]);
    assert.deepEqual([rows[1]?.at, rows[1]?.ms, rows[1]?.failed], [0, 2000, true]);
    assert.equal(ofType(details[1], "error")[0]?.message, "no such page");
    assert.match(JSON.stringify(ofType(details[1], "text")), /http\.status/);
  }));
