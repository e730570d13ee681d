import assert from "node:assert/strict";
import { importLlmBackends } from "../../lib/config/mod.ts";

const OLD = `
version: 2
models:
  qwen-tuned:
    base_model: Qwen/Qwen2.5-Coder-7B
    model_type: instruct
    port: 8101
    use_4bit: true
    adapter_dir: adapters/qwen
    system_prompt: |
      Be brief.
    context_length: 8192
    gpu_memory: 0.9
  bad:
    base_model: x
    port: "8101"
    use_4bit: maybe
  plain: gpt2
  empty: {model_type: null}
`;

Deno.test("importLlmBackends() takes a map of models and reports what it leaves out", async () => {
  const { models, notTaken } = await importLlmBackends(OLD, "/old", "/home/u");
  assert.deepEqual(models, [
    {
      id: "qwen-tuned",
      baseModel: "Qwen/Qwen2.5-Coder-7B",
      modelType: "instruct",
      portHint: 8101,
      use4bit: true,
      adapterDir: "/old/adapters/qwen",
      systemPrompt: "Be brief.\n",
      contextTokens: 8192,
    },
    { id: "empty" },
  ]);
  assert.deepEqual(notTaken.map(({ id, key }) => [id, key]), [
    ["qwen-tuned", "gpu_memory"],
    ["bad", "port"],
    ["bad", "use_4bit"],
    ["plain", ""],
  ]);
  assert.match(notTaken[1]?.reason ?? "", /is "8101", expected a port/);
});

Deno.test("importLlmBackends() takes a list with ids, and a map alone", async () => {
  const list = "backends:\n- {id: a, port: 1}\n- {model_id: b}\n- {port: 2}\n- {id: a}\n";
  const { models, notTaken } = await importLlmBackends(list);
  assert.deepEqual(models, [{ id: "a", portHint: 1 }, { id: "b" }]);
  assert.deepEqual(notTaken.map(({ id }) => id), ["", "a"]);
  assert.deepEqual((await importLlmBackends("m: {base_model: x}")).models, [
    { id: "m", baseModel: "x" },
  ]);
});

Deno.test("importLlmBackends() names the line of broken YAML", async () => {
  await assert.rejects(importLlmBackends("models:\n  a: [1,\n  b: }\n"), {
    code: "config",
    message: /^Broken YAML in line \d+: \S/,
  });
  await assert.rejects(importLlmBackends("models:\n  a: {}\n  a: {}\n"), /Broken YAML in line 3/);
});

Deno.test("importLlmBackends() refuses a file without models", async () => {
  for (const text of ["", "42", "[]x: 1"]) {
    await assert.rejects(importLlmBackends(text), { code: "config" });
  }
});
