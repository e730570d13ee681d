import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider, type ServerKind } from "../../lib/models/mod.ts";
import { type Dialect, startScriptedServer } from "../support/scripted/mod.ts";

const KIND: Readonly<Record<Dialect, Exclude<ServerKind, "builtin">>> = {
  ollama: "ollama",
  llama_cpp: "llama_cpp",
  vllm: "vllm",
  lm_studio: "lm_studio",
  openai: "openai_compatible",
};
const WEATHER = {
  name: "get_weather",
  description: "Weather of a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

for (const [dialect, kind] of Object.entries(KIND) as [Dialect, typeof KIND[Dialect]][]) {
  Deno.test(`startScriptedServer() answers as a healthy ${dialect}`, async () => {
    await using server = await startScriptedServer({ dialect });
    const provider = await createProvider({ kind, baseUrl: server.url }, systemClock);
    const model = "scripted:7b";
    const ask = (content: string, extra = {}) =>
      provider.chat({ model, messages: [{ role: "user", content }], temperature: 0, ...extra });
    assert.equal((await ask("Reply with the single word pong")).content, "pong");
    const tool = await ask("What is the weather in Oslo and Rome?", { tools: [WEATHER] });
    assert.deepEqual(tool.toolCalls.map((call) => JSON.parse(call.arguments)), [
      { city: "Oslo" },
      { city: "Rome" },
    ]);
    assert.deepEqual((await ask("Thanks!", { tools: [WEATHER] })).toolCalls, []);
    const short = await ask("Count to 500.", { maxTokens: 5 });
    assert.equal(short.finishReason, "length");
    assert.equal(short.usage.completionTokens, 5);
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const shaped = await ask("n is 4", { schema: { name: "s", schema } });
    assert.deepEqual(JSON.parse(shaped.content), { n: 4 });
  });
}

Deno.test("startScriptedServer() keeps a ghost's slot busy after the client left", async () => {
  await using server = await startScriptedServer({
    dialect: "llama_cpp",
    fault: "ghost_generation",
    slots: 1,
    tokensPerSecond: 200,
  });
  const provider = await createProvider({ kind: "llama_cpp", baseUrl: server.url }, systemClock);
  const messages = [{ role: "user", content: "Count to 500." }] as const;
  const stream = provider.stream({ model: "scripted:7b", messages, maxTokens: 100 });
  await stream.next();
  await stream.return(undefined as never);
  assert.equal((await provider.loaded("scripted:7b"))?.busySlots, 1);
  const start = performance.now();
  await provider.chat({ model: "scripted:7b", messages, maxTokens: 1 });
  assert.ok(performance.now() - start > 200, "the ghost did not hold the slot");
});

Deno.test("the Ollama dialect cuts a long prompt silently and refuses it when told to", async () => {
  await using server = await startScriptedServer({ dialect: "ollama", contextTokens: 256 });
  const provider = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  const messages = [{
    role: "user",
    content: `The code is X9. ${"owl ".repeat(600)} What is the code?`,
  }] as const;
  const request = { model: "scripted:7b", messages, temperature: 0 };
  const cut = await provider.chat(request);
  assert.equal(cut.usage.promptTokens, 130);
  assert.doesNotMatch(cut.content, /X9/);
  await assert.rejects(provider.chat({ ...request, truncate: false }), { code: "model" });
});
