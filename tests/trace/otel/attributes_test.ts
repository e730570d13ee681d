/** What each kind of record becomes, held against tables of both conventions. */
import assert from "node:assert/strict";
import type {
  CAISEvent,
  EnvironmentEvent,
  LlmCallRecord,
  RuntimeEvent,
  TraceEvent,
} from "../../../lib/trace/mod.ts";
import type { SpanAttributes } from "../../../lib/trace/otel/span.ts";
import { eventSpan, sessionSpan, stepSpan } from "../../../lib/trace/otel/spans.ts";

const PLACE = {
  sessionId: "s1",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  sessionSpanId: "aaaaaaaaaaaaaaaa",
  stepSpanId: "bbbbbbbbbbbbbbbb",
};

const BASE = {
  seq: 4,
  system_instance_id: "sys",
  time_record: { event_time: 1_700_000_000.25, message_time: 2 },
  latency_ms: 250,
  system_state_before: null,
  system_state_after: null,
  metadata: {},
  error: null,
  span_id: "cccccccccccccccc",
  parent_span_id: null,
  step_index: 0,
} as const;

const text = (role: string, said: string) => ({ role, parts: [{ type: "text", text: said }] });

const CALL: LlmCallRecord = {
  call_id: "req-1",
  api_type: "chat_completions",
  provider: "ollama",
  model_name: "m:7b",
  started_at: null,
  completed_at: null,
  latency_ms: 250,
  request_params: { temperature: 0.5, maxTokens: 64, seed: 7, stop: ["x"] },
  tools: [{ name: "add", description: "Adds", parameters: { type: "object" } }],
  input_messages: [
    text("system", "be brief"),
    { ...text("tool", "4"), name: "add", tool_call_id: "c0" },
  ],
  output_messages: [{
    role: "assistant",
    parts: [{ type: "thinking", text: "hm" }, { type: "text", text: "well" }],
  }],
  output_tool_calls: [{ name: "add", arguments_json: '{"a":1}', call_id: "c1" }],
  usage: {
    input_tokens: 10,
    output_tokens: 5,
    total_tokens: 15,
    reasoning_tokens: 2,
    cache_read_tokens: 3,
  },
  finish_reason: "tool_calls",
};

const CAIS: CAISEvent = {
  ...BASE,
  event_type: "cais",
  model_name: "m:7b",
  provider: "ollama",
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  cost_usd: 0.25,
  call_records: [CALL],
  metadata: { first_token_ms: 80 },
};

const RUNTIME: RuntimeEvent = { ...BASE, event_type: "runtime", actions: ["left"], tool: null };

const WORLD: EnvironmentEvent = {
  ...BASE,
  event_type: "environment",
  reward: 0.5,
  terminated: true,
  truncated: false,
  system_state_after: { hp: 3 },
};

function assertHas(attributes: SpanAttributes, expected: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(expected)) {
    const actual = attributes[name];
    const json = typeof value === "object" && typeof actual === "string";
    assert.deepEqual(json ? JSON.parse(actual) : actual, value, name);
  }
}

const EVENTS: Record<string, { event: TraceEvent; name: string; has: Record<string, unknown> }> = {
  "a model's answer": {
    event: CAIS,
    name: "chat m:7b",
    has: {
      "openinference.span.kind": "LLM",
      "gen_ai.operation.name": "chat",
      "session.id": "s1",
      "gen_ai.conversation.id": "s1",
      "llm.model_name": "m:7b",
      "gen_ai.request.model": "m:7b",
      "gen_ai.response.model": "m:7b",
      "gen_ai.response.id": "req-1",
      "gen_ai.response.finish_reasons": ["tool_calls"],
      "gen_ai.response.time_to_first_chunk": 0.08,
      "llm.provider": "ollama",
      "gen_ai.provider.name": "ollama",
      "llm.invocation_parameters": CALL.request_params,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.max_tokens": 64,
      "gen_ai.request.seed": 7,
      "llm.token_count.prompt": 10,
      "llm.token_count.completion": 5,
      "llm.token_count.total": 15,
      "llm.token_count.prompt_details.cache_read": 3,
      "llm.token_count.completion_details.reasoning": 2,
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.usage.cache_read.input_tokens": 3,
      "gen_ai.usage.reasoning.output_tokens": 2,
      "llm.input_messages.0.message.role": "system",
      "llm.input_messages.0.message.content": "be brief",
      "llm.input_messages.1.message.role": "tool",
      "llm.input_messages.1.message.name": "add",
      "llm.input_messages.1.message.tool_call_id": "c0",
      "llm.output_messages.0.message.content": "well",
      "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "add",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a":1}',
      "llm.tools.0.tool.json_schema": CALL.tools?.[0],
      "gen_ai.tool.definitions": CALL.tools,
      "gen_ai.input.messages": [
        { role: "system", parts: [{ type: "text", content: "be brief" }] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "c0", response: "4" }] },
      ],
      "gen_ai.output.messages": [{
        role: "assistant",
        parts: [
          { type: "reasoning", content: "hm" },
          { type: "text", content: "well" },
          { type: "tool_call", id: "c1", name: "add", arguments: { a: 1 } },
        ],
      }],
      "output.value": "well",
      "output.mime_type": "text/plain",
      metadata: { first_token_ms: 80 },
    },
  },
  "an embedding": {
    event: { ...CAIS, call_records: [{ ...CALL, api_type: "embeddings" }] },
    name: "embeddings m:7b",
    has: { "openinference.span.kind": "EMBEDDING", "gen_ai.operation.name": "embeddings" },
  },
  "an agent": {
    event: { ...CAIS, model_name: null, call_records: [], system_instance_id: "agent:coder" },
    name: "invoke_agent agent:coder",
    has: {
      "openinference.span.kind": "AGENT",
      "agent.name": "agent:coder",
      "gen_ai.agent.name": "agent:coder",
      "gen_ai.operation.name": "invoke_agent",
    },
  },
  "a tool": {
    event: {
      ...RUNTIME,
      tool: { name: "add", arguments_json: '{"a":1}', call_id: "c1", result: "4" },
    },
    name: "tool_wrapped.add",
    has: {
      "openinference.span.kind": "TOOL",
      "gen_ai.operation.name": "execute_tool",
      "tool.name": "add",
      "tool.id": "c1",
      "tool.parameters": '{"a":1}',
      "gen_ai.tool.name": "add",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": "c1",
      "gen_ai.tool.call.arguments": '{"a":1}',
      "gen_ai.tool.call.result": "4",
      "input.value": '{"a":1}',
      "input.mime_type": "application/json",
      "output.value": "4",
      "output.mime_type": "text/plain",
    },
  },
  "an action": {
    event: RUNTIME,
    name: "sys",
    has: { "openinference.span.kind": "CHAIN", "owllm.actions": ["left"] },
  },
  "an environment": {
    event: WORLD,
    name: "sys",
    has: {
      "openinference.span.kind": "CHAIN",
      "owllm.reward": 0.5,
      "gen_ai.evaluation.name": "reward",
      "gen_ai.evaluation.score.value": 0.5,
      "owllm.terminated": true,
      "owllm.truncated": false,
      "owllm.state.after": { hp: 3 },
    },
  },
};

for (const [what, { event, name, has }] of Object.entries(EVENTS)) {
  Deno.test(`eventSpan() tells ${what} under the names of both conventions`, () => {
    const span = eventSpan(event, PLACE);
    assert.equal(span.name, name);
    assertHas(span.attributes, has);
    assert.equal(span.traceId, PLACE.traceId);
    assert.equal(span.spanId, event.span_id);
    assert.deepEqual([span.start, span.end], [[1_700_000_000, 0], [1_700_000_000, 250_000_000]]);
    assert.equal(span.status.code, 1);
  });
}

Deno.test("eventSpan() takes the nearest parent that was recorded", () => {
  const outside = { ...PLACE, stepSpanId: null };
  assert.equal(eventSpan(RUNTIME, PLACE).parentSpanId, PLACE.stepSpanId);
  assert.equal(eventSpan(RUNTIME, outside).parentSpanId, PLACE.sessionSpanId);
  const inner = { ...RUNTIME, parent_span_id: "dddddddddddddddd" };
  assert.equal(eventSpan(inner, PLACE).parentSpanId, "dddddddddddddddd");
});

Deno.test("eventSpan() tells an error as status, type and exception", () => {
  const error = { type: "timeout", message: "too slow" };
  const span = eventSpan({ ...RUNTIME, error }, PLACE);
  assert.deepEqual(span.status, { code: 2, message: "too slow" });
  assert.equal(span.attributes["error.type"], "timeout");
  assert.deepEqual(span.moments.map(({ name, attributes }) => [name, attributes]), [
    ["exception", { "exception.type": "timeout", "exception.message": "too slow" }],
  ]);
});

Deno.test("eventSpan() leaves out what is not known, and cuts what no collector takes", () => {
  const huge = { name: "cat", arguments_json: "{}", call_id: null, result: "x".repeat(300_000) };
  const { attributes } = eventSpan({ ...RUNTIME, tool: huge }, PLACE);
  assert.ok(!("tool.id" in attributes) && !("metadata" in attributes));
  assert.match(String(attributes["output.value"]), /… \[37856 more characters in owllm's trace\]$/);
});

Deno.test("sessionSpan() and stepSpan() tell their frames, a cut one without a verdict", () => {
  const session = {
    session_id: "s1",
    kind: "run",
    created_at: 100,
    ended_at: 101.5,
    status: "ok" as const,
    error: null,
    metadata: { task: "count", agent: "coder", answer: 3 },
    tags: ["demo"],
    trace_id: PLACE.traceId,
    span_id: PLACE.sessionSpanId,
  };
  const around = { messages: [], lastWritten: 101.25 };
  const whole = sessionSpan(session, around);
  assert.deepEqual([whole.name, whole.parentSpanId], ["invoke_agent coder", null]);
  assertHas(whole.attributes, {
    "openinference.span.kind": "AGENT",
    "gen_ai.agent.name": "coder",
    "input.value": "count",
    "output.value": "3",
    "tag.tags": ["demo"],
    "owllm.session.kind": "run",
  });
  const cut = sessionSpan({ ...session, ended_at: null, status: "open" }, around);
  assert.deepEqual([cut.end, cut.status.code], [[101, 250_000_000], 0]);
  assert.equal(cut.attributes["owllm.cut"], true);
  const step = {
    step_id: "turn_1",
    step_index: 1,
    turn_number: 5,
    started_at: 100,
    completed_at: null,
    metadata: {},
    span_id: "eeeeeeeeeeeeeeee",
  };
  const span = stepSpan(step, PLACE, around);
  assert.equal(span.parentSpanId, PLACE.sessionSpanId);
  assertHas(span.attributes, {
    "openinference.span.kind": "CHAIN",
    "owllm.step.turn": 5,
    "owllm.cut": true,
  });
});
