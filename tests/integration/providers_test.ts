/** The providers against real servers: protocol, shape and measured numbers, not a model's taste. */
import assert from "node:assert/strict";
import { OwllmError, systemClock } from "../../lib/core/mod.ts";
import {
  type ChatChunk,
  type ChatRequest,
  createProvider,
  identifyServer,
  type ModelProvider,
  resolveModel,
  type StreamEnd,
} from "../../lib/models/mod.ts";
import { realLlamaCpp, realOllama, type RealServer, testWith } from "../support/real_parts.ts";

const ollama = await realOllama();
const llamaCpp = await realLlamaCpp();

const WEATHER = {
  name: "get_weather",
  description: "Weather of a city",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  },
};

function request(model: string, extra: Partial<ChatRequest> = {}): ChatRequest {
  const messages = [{ role: "user", content: "Write one short sentence about owls." }] as const;
  return { model, messages, temperature: 0, seed: 7, maxTokens: 24, ...extra };
}

async function readAll(
  stream: AsyncGenerator<ChatChunk, StreamEnd, undefined>,
): Promise<StreamEnd> {
  let next = await stream.next();
  while (!next.done) next = await stream.next();
  return next.value;
}

async function checkChatAndStream(provider: ModelProvider, model: string): Promise<void> {
  const whole = await provider.chat(request(model));
  assert.ok(whole.content.length > 0);
  assert.equal(whole.role, "assistant");
  assert.ok((whole.usage.promptTokens ?? 0) > 5);
  assert.ok((whole.usage.completionTokens ?? 99) <= 24);
  const end = await readAll(provider.stream(request(model)));
  assert.equal(end.terminated, true);
  assert.equal(end.invalidUtf8, false);
  assert.ok(end.chunks.length > 2);
  assert.ok((end.response.timings.firstTokenMs ?? 0) > 0);
  assert.ok((end.response.timings.firstTokenMs ?? 0) < end.response.timings.totalMs);
  assert.equal(end.response.usage.promptTokens, whole.usage.promptTokens);
}

async function checkErrors(provider: ModelProvider, model: string): Promise<void> {
  const stopped = new AbortController();
  const stream = provider.stream(request(model, { maxTokens: 400 }), stopped.signal);
  await stream.next();
  stopped.abort(new OwllmError({ code: "interrupted", message: "Stop" }));
  await assert.rejects(readAll(stream), { code: "interrupted" });
  const after = await provider.chat(request(model, { maxTokens: 4 }));
  assert.ok(after.timings.totalMs < 10_000, `slot still busy: ${after.timings.totalMs} ms`);
}

testWith("Ollama's native provider chats, streams, cancels and tells durations", ollama, async (
  { url, model }: RealServer,
) => {
  const provider = await createProvider({ kind: "ollama", baseUrl: url }, systemClock);
  await checkChatAndStream(provider, model);
  await checkErrors(provider, model);
  const { timings } = await provider.chat(request(model));
  assert.ok((timings.decodeMs ?? 0) > 0 && (timings.loadMs ?? 0) > 0);
  const loaded = await provider.loaded(model);
  assert.equal(loaded?.contextTokens, 4096);
  assert.ok((loaded?.expiresAt?.getTime() ?? 0) > Date.now());
  const description = await provider.describe(model);
  assert.deepEqual(description?.capabilities, ["completion", "tools"]);
  assert.equal(description?.contextTrained, 8192);
  assert.equal(description?.contextConfigured, 4096);
  assert.equal(await provider.describe("owllm-no-such-model"), undefined);
});

testWith("Ollama's native provider gets real tool calls by a schema", ollama, async (
  { url, model },
) => {
  const provider = await createProvider({ kind: "ollama", baseUrl: url }, systemClock);
  const response = await provider.chat(request(model, {
    messages: [{ role: "user", content: "Weather in Oslo?" }],
    tools: [WEATHER],
    maxTokens: 64,
    schema: {
      name: "call",
      schema: {
        type: "object",
        properties: { name: { const: "get_weather" }, arguments: WEATHER.parameters },
        required: ["name", "arguments"],
      },
    },
  }));
  const [call] = response.toolCalls;
  assert.equal(call?.name, "get_weather");
  assert.equal(call?.argumentsForm, "object");
  assert.deepEqual(Object.keys(JSON.parse(call?.arguments ?? "{}")), ["city"]);
});

testWith("Ollama's native provider says an overflow when it must not cut", ollama, async (
  { url, model },
) => {
  const provider = await createProvider({ kind: "ollama", baseUrl: url }, systemClock);
  const content = "owl ".repeat(600);
  const messages = [{ role: "user", content }] as const;
  const asked = request(model, { messages, contextTokens: 256, maxTokens: 2 });
  await assert.rejects(provider.chat({ ...asked, truncate: false }), { code: "model" });
  const cut = await provider.chat(asked);
  assert.ok((cut.usage.promptTokens ?? 999) <= 256, "the server did not cut");
  await provider.unload?.(model);
  assert.equal(await provider.loaded(model), undefined);
});

testWith("The /v1 provider works against Ollama", ollama, async ({ url, model }) => {
  const provider = await createProvider({ kind: "openai_compatible", baseUrl: url }, systemClock);
  await checkChatAndStream(provider, model);
  await assert.rejects(provider.chat(request("owllm-no-such-model")), (error: OwllmError) => {
    return error.code === "model" && error.context["status"] === 404;
  });
  const floats = await provider.embed(model, ["owl", "car"], { encoding: "float" });
  const packed = await provider.embed(model, ["owl", "car"], { encoding: "base64" });
  assert.equal(floats.vectors.length, 2);
  assert.ok(Math.abs((floats.vectors[0]?.[0] ?? 0) - (packed.vectors[0]?.[0] ?? 1)) < 1e-4);
});

testWith("llama.cpp's provider tells timings, slots and the KV cache", llamaCpp, async (
  { url, model },
) => {
  const provider = await createProvider({ kind: "llama_cpp", baseUrl: url }, systemClock);
  await checkChatAndStream(provider, model);
  await checkErrors(provider, model);
  const again = await provider.chat(request(model));
  assert.ok((again.usage.cachedTokens ?? 0) > 5);
  assert.ok((again.timings.decodeMs ?? 0) > 0);
  const loaded = await provider.loaded(model);
  assert.equal(loaded?.contextTokens, 4096);
  assert.equal(loaded?.slots, 1);
  assert.equal(loaded?.busySlots, 0);
  const description = await provider.describe(model);
  assert.match(description?.template ?? "", /im_start/);
});

testWith("identifyServer() tells a real Ollama and what is no model server", ollama, async (
  { url },
) => {
  const found = await identifyServer(`${url}/v1/`);
  assert.ok(found.ok);
  assert.equal(found.value.kind, "ollama");
  assert.match(found.value.version ?? "", /^\d+\.\d+/);
  await using page = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<html>router</html>", { headers: { "content-type": "text/html" } }),
  );
  const other = await identifyServer(`http://127.0.0.1:${page.addr.port}`);
  assert.ok(!other.ok);
  assert.match(other.error.message, /another program owns this port/);
});

testWith("resolveModel() finds a name on a server and suggests the nearest", ollama, async (
  { url },
) => {
  const options = {
    addresses: [url],
    checkHost: () => ({ ok: true as const, value: undefined }),
    clock: systemClock,
    signal: new AbortController().signal,
    entries: [],
  };
  const found = await resolveModel({ ...options, id: "smollm2" });
  assert.equal(found.where === "server" && found.server.baseUrl, url);
  await assert.rejects(resolveModel({ ...options, id: "smolm2" }), {
    code: "not_found",
    message: /did you mean "smollm2"/,
  });
  await assert.rejects(resolveModel({ ...options, addresses: ["http://127.0.0.1:4"], id: "x" }), {
    code: "unreachable",
    recoverySuggestion: /ollama serve.*builtin/,
  });
});

testWith("Ollama's native provider finds a model that is loaded under another name", ollama, async (
  { url, model },
) => {
  const provider = await createProvider({ kind: "ollama", baseUrl: url }, systemClock);
  const post = async (path: string, body: unknown, method = "POST") => {
    const response = await fetch(url + path, { method, body: JSON.stringify(body) });
    await response.text();
  };
  const twin = "owllm-test-twin";
  await provider.unload?.(model);
  await post("/api/create", { model: twin, from: model, stream: false });
  try {
    await provider.chat(request(twin, { maxTokens: 1 }));
    await provider.chat(request(model, { maxTokens: 1 }));
    assert.equal((await provider.loaded(model))?.contextTokens, 4096);
  } finally {
    await post("/api/delete", { model: twin }, "DELETE");
  }
  assert.equal((await provider.loaded(model))?.contextTokens, 4096, "after the first name is gone");
  assert.equal(await provider.loaded("gemma3"), undefined);
  await provider.unload?.(model);
});
