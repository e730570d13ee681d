import assert from "node:assert/strict";
import { systemClock } from "../../../lib/core/mod.ts";
import { createProvider } from "../../../lib/models/mod.ts";
import { type Fault, startScriptedServer } from "../../support/scripted/mod.ts";

const model = "scripted:7b";

Deno.test("createLmStudioProvider() reads context and quantization from LM Studio's own API", async () => {
  await using server = await startScriptedServer({
    dialect: "lm_studio",
    contextTokens: 8192,
    trainedTokens: 32_768,
    quantization: "4bit",
  });
  const provider = await createProvider({ kind: "lm_studio", baseUrl: server.url }, systemClock);
  assert.deepEqual(await provider.describe(model), {
    name: model,
    contextTrained: 32_768,
    contextConfigured: 8192,
    quantization: "4bit",
    family: "qwen2",
    capabilities: ["completion", "tools"],
  });
  assert.deepEqual(await provider.loaded(model), { contextTokens: 8192 });
  assert.deepEqual((await provider.listModels()).map(({ name }) => name), [model]);
  assert.equal(await provider.describe("nobody"), undefined);
});

Deno.test("createLmStudioProvider() tells a model on disk from one in memory", async () => {
  const onDisk: Fault = {
    name: "on_disk",
    body: () => ({ data: [{ id: model, state: "not-loaded", max_context_length: 32_768 }] }),
  };
  await using server = await startScriptedServer({ dialect: "lm_studio", fault: onDisk });
  const provider = await createProvider({ kind: "lm_studio", baseUrl: server.url }, systemClock);
  assert.equal(await provider.loaded(model), undefined);
  const described = await provider.describe(model);
  assert.equal(described?.contextTrained, 32_768);
  assert.equal(described?.contextConfigured, undefined);
  assert.equal(described?.capabilities, undefined);
});
