import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { type ChatRequest, createProvider, traceProvider } from "../../lib/models/mod.ts";
import { type CAISEvent, SessionTracer } from "../../lib/trace/mod.ts";
import { type ScriptedServerOptions, startScriptedServer } from "../support/scripted/mod.ts";

const TOOL = {
  name: "get_weather",
  description: "The weather of a city",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  },
};

/** Asks a scripted server through a traced provider and returns the events that were recorded. */
async function traced(
  on: ScriptedServerOptions,
  ask: (provider: ReturnType<typeof traceProvider>, model: string) => Promise<unknown>,
): Promise<readonly CAISEvent[]> {
  await using server = await startScriptedServer(on);
  const plain = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  const tracer = new SessionTracer();
  tracer.startSession();
  try {
    await ask(traceProvider(plain, { tracer, clock: systemClock }), "scripted:7b");
  } finally {
    await plain.close();
  }
  const { event_history } = tracer.endSession();
  return event_history.map((event) =>
    event.event_type === "cais" ? event : assert.fail(event.event_type)
  );
}

const request = (model: string): ChatRequest => ({
  model,
  messages: [{ role: "user", content: "What is the weather in Oslo?" }],
  temperature: 0,
  maxTokens: 64,
});

Deno.test("traceProvider() records what was asked and answered, with tokens and time", async () => {
  let content = "";
  const [event, ...more] = await traced({ dialect: "ollama" }, async (provider, model) => {
    content = (await provider.chat({ ...request(model), tools: [TOOL] })).toolCalls[0]?.name ?? "";
  });
  assert.equal(more.length, 0);
  assert.ok(event !== undefined);
  assert.equal(event.model_name, "scripted:7b");
  assert.equal(event.provider, "ollama");
  assert.ok((event.input_tokens ?? 0) > 0 && (event.output_tokens ?? 0) > 0);
  assert.ok((event.latency_ms ?? 0) > 0);
  const [call] = event.call_records;
  assert.equal(call?.input_messages[0]?.parts[0]?.text, "What is the weather in Oslo?");
  assert.equal(call?.request_params["temperature"], 0);
  assert.equal(call?.tools?.[0]?.["name"], "get_weather");
  assert.equal(content, "get_weather");
  assert.equal(call?.output_tool_calls[0]?.name, "get_weather");
  assert.equal(typeof JSON.parse(call?.output_tool_calls[0]?.arguments_json ?? ""), "object");
  // Ollama's native API ends a turn with calls like any other.
  assert.equal(call?.finish_reason, "stop");
});

Deno.test("traceProvider() yields the chunks of a stream unchanged and records its end", async () => {
  let text = "";
  let whole = "";
  const [event] = await traced({ dialect: "ollama" }, async (provider, model) => {
    const stream = provider.stream(request(model));
    for (let next = await stream.next();; next = await stream.next()) {
      if (next.done) {
        whole = next.value.response.content;
        break;
      }
      text += next.value.content ?? "";
    }
  });
  assert.ok(text !== "");
  assert.equal(text, whole);
  assert.equal(event?.call_records[0]?.output_messages[0]?.parts[0]?.text, text);
  assert.ok(Number(event?.metadata["chunks"]) > 1);
  assert.ok(Number(event?.metadata["first_token_ms"]) >= 0);
});

Deno.test("traceProvider() records a stream that was left early, with what had come", async () => {
  const [event] = await traced({ dialect: "ollama" }, async (provider, model) => {
    for await (const _ of provider.stream(request(model))) break;
  });
  assert.equal(event?.metadata["left_early"], true);
  assert.equal(event?.metadata["chunks"], 1);
  assert.equal(event?.error, null);
});

Deno.test("traceProvider() records an error and throws the same one", async () => {
  for (const way of ["chat", "stream"] as const) {
    const thrown: unknown[] = [];
    const [event] = await traced({ dialect: "ollama" }, async (provider) => {
      try {
        if (way === "chat") await provider.chat(request("no-such-model"));
        else for await (const _ of provider.stream(request("no-such-model")));
      } catch (error) {
        thrown.push(error);
      }
    });
    assert.ok(thrown[0] instanceof Error, way);
    assert.equal(event?.error?.message, thrown[0].message);
    assert.equal(event?.error?.type, "model");
    assert.equal(event?.call_records[0]?.error, thrown[0].message);
  }
});

Deno.test("traceProvider() keeps what the request said when the caller changes it later", async () => {
  const [event] = await traced({ dialect: "ollama" }, async (provider, model) => {
    const messages = [{ role: "user" as const, content: "first" }];
    const answer = provider.chat({ ...request(model), messages });
    messages[0] = { role: "user", content: "second" };
    messages.push({ role: "user", content: "third" });
    await answer;
  });
  assert.deepEqual(
    event?.call_records[0]?.input_messages.map(({ parts }) => parts[0]?.text),
    ["first"],
  );
});
