/** A traced agent run, as the real Phoenix shows it. */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import {
  type ChatMessage,
  createProvider,
  type ModelProvider,
  traceProvider,
} from "../../lib/models/mod.ts";
import { type SessionTracer, withTracer } from "../../lib/trace/mod.ts";
import { realPhoenix, testWith } from "../support/real_parts.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";
import { startTestTracing } from "../support/tracing.ts";

const TASK = "What is the weather in Oslo and Rome?";
const WEATHER = {
  name: "get_weather",
  description: "Weather of a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** A span as Phoenix's API gives it. */
interface PhoenixSpan {
  readonly name: string;
  readonly context: { readonly trace_id: string; readonly span_id: string };
  readonly span_kind: string;
  readonly parent_id: string | null;
  readonly status_code: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string }[];
}

/** An agent of two turns: the model asks for tools, they run, the model answers. */
async function runAgent(provider: ModelProvider, tracer: SessionTracer): Promise<void> {
  const messages: ChatMessage[] = [{ role: "user", content: TASK }];
  for (let turn = 0; turn < 2; turn++) {
    await using _step = tracer.timestep({ stepId: `turn_${turn}` });
    tracer.addMessage({ message_type: "observation", content: `turn ${turn}` });
    const request = { model: "scripted:7b", messages, tools: [WEATHER], temperature: 0, seed: 7 };
    const answer = await provider.chat(request);
    messages.push({ role: "assistant", content: answer.content, toolCalls: answer.toolCalls });
    for (const { id, name, arguments: args } of answer.toolCalls) {
      const { city } = JSON.parse(args) as { city: string };
      const result = `Sunny in ${city}`;
      tracer.recordEvent({
        event_type: "runtime",
        system_instance_id: `tool:${name}`,
        latency_ms: 2,
        tool: { name, arguments_json: args, call_id: id, result },
      });
      messages.push({ role: "tool", content: result, toolCallId: id });
    }
  }
  tracer.recordEvent({
    event_type: "runtime",
    system_instance_id: "tool:write_file",
    tool: { name: "write_file", arguments_json: "{}", call_id: null, result: null },
    error: { type: "denied", message: "Not allowed here" },
  });
}

/** The spans of a project, once there are so many: Phoenix writes them when it finds time. */
async function spansIn(phoenix: string, project: string, wanted: number): Promise<PhoenixSpan[]> {
  let spans: PhoenixSpan[] = [];
  for (let i = 0; i < 120 && spans.length < wanted; i++) {
    await systemClock.sleep(250);
    const response = await fetch(`${phoenix}/v1/projects/${project}/spans?limit=100`);
    if (response.ok) spans = (await response.json() as { data: PhoenixSpan[] }).data;
    else await response.body?.cancel();
  }
  return spans;
}

/** One that is only in this run of the tests. */
function projectName(): string {
  return `owllm-test-${crypto.randomUUID()}`;
}

testWith(
  "Phoenix shows a traced agent with its model calls and tools",
  await realPhoenix(),
  (url) =>
    withTempDir(async (dir) => {
      using state = await openTestState(dir);
      await using server = await startScriptedServer({ dialect: "openai" });
      const bare = await createProvider(
        { kind: "openai_compatible", baseUrl: server.url },
        systemClock,
      );
      const project = projectName();
      const tracing = await startTestTracing(state, { endpoint: url, project });
      const tracer = tracing.createTracer();
      tracer.startSession({
        kind: "run",
        metadata: { task: TASK, answer: "Sunny" },
        tags: ["demo"],
      });
      await runAgent(traceProvider(bare, { tracer, clock: systemClock }), tracer);
      const session = tracer.endSession();
      await tracing.shutdown();
      assert.deepEqual(tracing.notices, []);

      const wanted = 1 + session.time_steps.length + session.event_history.length;
      const spans = await spansIn(url, project, wanted);
      assert.equal(spans.length, wanted);
      const byId = new Map(spans.map((span) => [span.context.span_id, span]));
      const ofKind = (kind: string) => spans.filter(({ span_kind }) => span_kind === kind);
      const parentOf = (span: PhoenixSpan) => byId.get(span.parent_id ?? "")?.name;
      for (const { context } of spans) assert.equal(context.trace_id, session.trace_id);

      const [agent] = ofKind("AGENT");
      assert.equal(agent?.parent_id, null);
      assert.equal(agent?.attributes["input.value"], TASK);
      assert.equal(agent?.attributes["session.id"], session.session_id);
      assert.deepEqual(ofKind("CHAIN").map(parentOf), ["invoke_agent run", "invoke_agent run"]);
      assert.ok(ofKind("CHAIN").every(({ events }) => events[0]?.name === "message"));

      const calls = ofKind("LLM").filter(({ attributes }) =>
        attributes["llm.output_messages.0.message.tool_calls.0.tool_call.function.name"]
      );
      const call = calls.find((span) => parentOf(span) === "turn_0") ?? assert.fail();
      const { attributes } = call;
      assert.equal(call.name, "chat scripted:7b");
      assert.equal(attributes["llm.model_name"], "scripted:7b");
      assert.equal(attributes["llm.input_messages.0.message.role"], "user");
      assert.equal(attributes["llm.input_messages.0.message.content"], TASK);
      const made = "llm.output_messages.0.message.tool_calls.0.tool_call";
      assert.equal(attributes[`${made}.function.name`], "get_weather");
      assert.deepEqual(JSON.parse(String(attributes[`${made}.function.arguments`])), {
        city: "Oslo",
      });
      assert.match(String(attributes["llm.tools.0.tool.json_schema"]), /Weather of a city/);
      assert.match(String(attributes["llm.invocation_parameters"]), /"seed":\s*7/);
      const { usage } = llmRecord(session.event_history[0]);
      assert.ok((usage.input_tokens ?? 0) > 0 && (usage.output_tokens ?? 0) > 0);
      assert.equal(attributes["llm.token_count.prompt"], usage.input_tokens);
      assert.equal(attributes["llm.token_count.completion"], usage.output_tokens);
      assert.equal(attributes["llm.token_count.total"], usage.total_tokens);

      const tools = ofKind("TOOL");
      const weather = tools.find(({ attributes }) =>
        /Oslo/.test(String(attributes["output.value"]))
      );
      assert.equal(weather?.name, "tool_wrapped.get_weather");
      assert.equal(parentOf(weather), "turn_0");
      assert.equal(weather.attributes["tool.name"], "get_weather");
      assert.match(String(weather.attributes["input.value"]), /Oslo/);
      const failed = tools.find(({ status_code }) => status_code === "ERROR");
      assert.equal(failed?.name, "tool_wrapped.write_file");
      assert.equal(failed.attributes["error.type"], "denied");
    }),
);

testWith(
  "Phoenix shows the spans of others inside of a traced session",
  await realPhoenix(),
  (url) =>
    withTempDir(async (dir) => {
      const { trace } = await import("@opentelemetry/api");
      using state = await openTestState(dir);
      const project = projectName();
      const tracing = await startTestTracing(state, { endpoint: url, project, foreignSpans: true });
      const tracer = tracing.createTracer();
      tracer.startSession();
      withTracer(tracer, () => {
        const span = trace.getTracer("library").startSpan("retrieve", {
          attributes: { "openinference.span.kind": "RETRIEVER" },
        });
        span.end();
      });
      const session = tracer.endSession();
      await tracing.shutdown();
      const spans = await spansIn(url, project, 2);
      const retrieve = spans.find(({ name }) => name === "retrieve");
      assert.equal(retrieve?.span_kind, "RETRIEVER");
      assert.equal(retrieve.parent_id, session.span_id);
    }),
);

function llmRecord(event: unknown) {
  const { call_records: [record] } = event as {
    call_records: {
      usage: Record<"input_tokens" | "output_tokens" | "total_tokens", number | null>;
    }[];
  };
  return record ?? assert.fail("no call record");
}
