/** The built-in engine with real weights. What is asserted is the protocol, not the model's taste. */
import assert from "node:assert/strict";
import { OwllmError, systemClock } from "../../lib/core/mod.ts";
import { embeddedAssets } from "../../lib/models/embedded/assets.ts";
import { enginePermissions } from "../../lib/models/embedded/engine.ts";
import type { EngineReply, EngineRequest } from "../../lib/models/embedded/messages.ts";
import {
  type ChatRequest,
  createEmbeddedProvider,
  type ModelProvider,
} from "../../lib/models/mod.ts";
import { testWith } from "../support/real_parts.ts";
import { withTempDir } from "../support/state.ts";
import { smolLm2 } from "../support/weights.ts";

const weights = await smolLm2();

function open(ggufPath: string, contextTokens = 256): Promise<ModelProvider> {
  return createEmbeddedProvider({
    ggufPath,
    modelName: "small",
    contextTokens,
    threads: 1,
    clock: systemClock,
  });
}

function ask(text: string, rest: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: "small",
    messages: [{ role: "user", content: text }],
    temperature: 0,
    seed: 1,
    maxTokens: 4,
    ...rest,
  };
}

const SCHEMA = {
  type: "object",
  properties: { ok: { type: "boolean" }, size: { enum: ["S", "M"] } },
  required: ["ok", "size"],
  additionalProperties: false,
} as const;

const READ_FILE = {
  name: "read_file",
  description: "Reads a file",
  parameters: {
    type: "object",
    properties: { path: { enum: ["a.txt", "b.txt"] } },
    required: ["path"],
  },
} as const;

testWith("the built-in engine speaks the whole provider protocol", weights, async (path, t) => {
  const provider = await open(path);
  try {
    await steps(provider, t);
  } finally {
    await provider.close();
  }
});

async function steps(provider: ModelProvider, t: Deno.TestContext): Promise<void> {
  await t.step("loaded() says nothing before the first request", async () => {
    assert.equal(await provider.loaded("small"), undefined);
  });
  await t.step("chat() reports usage, durations and the load", async () => {
    const { usage, timings, finishReason, content } = await provider.chat(ask("Say hello."));
    assert.equal(finishReason, "length");
    assert.notEqual(content, "");
    assert.equal(usage.completionTokens, 4);
    assert.ok((usage.promptTokens ?? 0) > 20);
    assert.equal(usage.cachedTokens, 0);
    assert.ok((timings.loadMs ?? 0) > 0);
    assert.ok((timings.prefillMs ?? 0) > 0 && (timings.decodeMs ?? 0) > 0);
    assert.equal(timings.prefillTokens, usage.promptTokens);
  });
  await t.step("loaded() and describe() tell context and template", async () => {
    const loaded = await provider.loaded("small");
    assert.equal(loaded?.contextTokens, 256);
    assert.equal(loaded?.sizeBytes, 98_362_432);
    const described = await provider.describe("small");
    assert.equal(described?.contextTrained, 8192);
    assert.match(described?.template ?? "", /<\|im_start\|>/);
  });
  await t.step("chat() takes the shared prefix from the KV cache", async () => {
    const { usage, timings } = await provider.chat(ask("Say hello. Again."));
    assert.ok((usage.cachedTokens ?? 0) > 20, `${usage.cachedTokens} cached`);
    assert.ok((timings.prefillTokens ?? 99) < (usage.promptTokens ?? 0));
    assert.equal(timings.loadMs, 0);
  });
  await t.step("stream() yields whole characters and ends with usage", async () => {
    const stream = provider.stream(ask('Say "日本語 🎉"', { maxTokens: 12 }));
    let text = "";
    let next = await stream.next();
    for (; !next.done; next = await stream.next()) {
      assert.doesNotMatch(next.value.content ?? "", /\uFFFD/);
      text += next.value.content ?? "";
    }
    const { response, terminated } = next.value;
    assert.equal(response.content, text);
    assert.ok(terminated);
    assert.ok((response.timings.firstTokenMs ?? 0) > 0);
    assert.ok((response.usage.completionTokens ?? 0) > 0);
  });
  await t.step("chat() gives the same words for the same seed", async () => {
    const request = ask("Tell a story.", { temperature: 1.5, seed: 7, maxTokens: 8 });
    const [one, two] = [await provider.chat(request), await provider.chat(request)];
    assert.equal(one.content, two.content);
  });
  await t.step("chat() ends at a stop string, which is left out", async () => {
    const { content } = await provider.chat(ask("Say hello.", { maxTokens: 8 }));
    const stop = content.trim().slice(3, 6);
    const cut = await provider.chat(ask("Say hello.", { maxTokens: 8, stop: [stop] }));
    assert.equal(cut.finishReason, "stop");
    assert.equal(content.startsWith(cut.content), true);
    assert.equal(cut.content.includes(stop), false);
  });
  await t.step("a schema forces the answer", async () => {
    const schema = { name: "shirt", schema: SCHEMA };
    const { content } = await provider.chat(ask("A shirt, please.", { schema, maxTokens: 40 }));
    const { ok, size, ...rest } = JSON.parse(content);
    assert.equal(typeof ok, "boolean");
    assert.ok(["S", "M"].includes(size));
    assert.deepEqual(rest, {});
  });
  await t.step("a required tool comes as a call whose arguments fit", async () => {
    const rest = { tools: [READ_FILE], toolChoice: "required", maxTokens: 40 } as const;
    const { toolCalls, finishReason, content } = await provider.chat(ask("Read a.txt", rest));
    assert.equal(finishReason, "tool_calls");
    assert.equal(content, "");
    assert.equal(toolCalls.length, 1);
    assert.equal(toolCalls[0]?.name, "read_file");
    assert.equal(toolCalls[0]?.argumentsForm, "string");
    assert.ok(["a.txt", "b.txt"].includes(JSON.parse(toolCalls[0]?.arguments ?? "{}").path));
  });
  await t.step("a prompt past the context names both numbers, and the next one works", async () => {
    const long = ask("apple banana cherry ".repeat(150));
    await assert.rejects(provider.chat(long), (error) => {
      assert.ok(error instanceof OwllmError);
      assert.equal(error.code, "model");
      assert.match(error.message, /^The prompt has \d+ tokens, more than the context of 256$/);
      assert.equal(error.context["context_tokens"], 256);
      assert.ok(Number(error.context["prompt_tokens"]) > 256);
      assert.match(error.recoverySuggestion ?? "", /OWLLM_BUILTIN_CONTEXT_TOKENS=\d+$/);
      return true;
    });
    assert.equal((await provider.chat(ask("Hi", { maxTokens: 1 }))).usage.completionTokens, 1);
  });
  await t.step("a cancelled prefill stops at once and keeps the weights loaded", async () => {
    const stop = new AbortController();
    const refused = assert.rejects(
      provider.chat(ask("zebra yak xenon ".repeat(20)), stop.signal),
      { message: "enough" },
    );
    await systemClock.sleep(500);
    const started = performance.now();
    stop.abort(new Error("enough"));
    await refused;
    assert.ok(performance.now() - started < 500);
    const { timings } = await provider.chat(ask("Hi", { maxTokens: 1 }));
    assert.equal(timings.loadMs, 0);
  });
  await t.step("requests at once are answered one after the other", async () => {
    const both = await Promise.all([1, 2].map((n) => provider.chat(ask(`Hi ${n}`))));
    assert.deepEqual(both.map(({ usage }) => usage.completionTokens), [4, 4]);
  });
  await t.step("embed() says that there are none", async () => {
    await assert.rejects(provider.embed("small", ["x"], { encoding: "float" }), {
      message: /makes no embeddings/,
    });
  });
  await t.step("a request may ask for another context", async () => {
    await provider.chat(ask("Hi", { maxTokens: 1, contextTokens: 512 }));
    assert.equal((await provider.loaded("small"))?.contextTokens, 512);
  });
  await t.step("close() frees the engine; what comes after loads again", async () => {
    await provider.close();
    assert.equal(await provider.loaded("small"), undefined);
  });
}

testWith("an engine that cannot load says why, and the next call starts afresh", weights, async (
  whole,
) => {
  await withTempDir(async (dir) => {
    const path = `${dir}/model.gguf`;
    await Deno.copyFile(whole, path);
    await Deno.truncate(path, 50_000_000);
    const provider = await open(path);
    try {
      await assert.rejects(provider.chat(ask("Hi")), {
        code: "model",
        message: /^The built-in engine failed: /,
      });
      await Deno.copyFile(whole, path);
      const { usage } = await provider.chat(ask("Hi", { maxTokens: 1 }));
      assert.equal(usage.completionTokens, 1);
    } finally {
      await provider.close();
    }
  });
});

testWith(
  "the engine's worker may read its two files and do nothing else",
  weights,
  async (gguf) => {
    await withTempDir(async (dir) => {
      const forbidden = `${dir}/third`;
      await Deno.writeTextFile(forbidden, "secret");
      const allowed = [embeddedAssets().wasmPath, gguf];
      const permissions = enginePermissions(allowed[0] ?? "", gguf);
      const url = new URL("../support/forbidden_worker.ts", import.meta.url);
      const worker = new Worker(url, { type: "module", deno: { permissions } });
      let asked = 0;
      const quiet = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
      await using server = Deno.serve(quiet, () => new Response(`${++asked}`));
      const outcomes = await new Promise<Record<string, string>>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage({ allowed, forbidden, url: `http://127.0.0.1:${server.addr.port}` });
      });
      assert.equal(asked, 0);
      for (const path of allowed) assert.equal(outcomes[path], "4 bytes");
      for (const [name, outcome] of Object.entries(outcomes)) {
        if (!allowed.includes(name)) {
          assert.match(outcome, /NotCapable|Requires \w+ access/, `${name}: ${outcome}`);
        }
      }
      assert.equal(await Deno.readTextFile(forbidden), "secret");
    });
  },
);

testWith("the engine's worker cannot load a file that it was not given", weights, async (gguf) => {
  await withTempDir(async (dir) => {
    const other = `${dir}/other.gguf`;
    await Deno.symlink(gguf, other);
    const { worker: url, wasmPath } = embeddedAssets();
    const permissions = enginePermissions(wasmPath, `${dir}/named.gguf`);
    const worker = new Worker(url, { type: "module", deno: { permissions } });
    const reply = await new Promise<EngineReply>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      const options = { wasmPath, ggufPath: other, contextTokens: 256, threads: 1 };
      worker.postMessage({ type: "load", options } satisfies EngineRequest);
    });
    worker.terminate();
    assert.equal(reply.type, "failed");
    assert.match(reply.type === "failed" ? reply.message : "", /Requires read access/);
  });
});
