/** What a model server does over time: loads, slots, clients that leave, its own end. */
import assert from "node:assert/strict";
import {
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from "../support/scripted/mod.ts";

const model = "scripted:7b";

const chat = (content: string, more: Record<string, unknown> = {}) => ({
  model,
  messages: [{ role: "user", content }],
  stream: false,
  ...more,
});

function post(server: ScriptedServer, path: string, body: unknown, signal?: AbortSignal) {
  return fetch(server.url + path, {
    method: "POST",
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function answer(server: ScriptedServer, path: string, body: unknown) {
  return await (await post(server, path, body)).json();
}

async function until(what: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!what()) {
    assert.ok(performance.now() < end, `not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const HANGS: Readonly<Record<string, Partial<ScriptedServerOptions>>> = {
  "hangs before the first byte": { fault: "hang_before_first_byte" },
  "hangs in the middle": { fault: "hang_mid_stream" },
  "says nothing on any route": { fault: "silent_server" },
  "reads the prompt for an hour": { prefillTokensPerSecond: 0.001 },
  "writes for an hour": { tokensPerSecond: 0.001 },
  "loads for an hour": { coldLoadMs: 3_600_000 },
  "waits for an hour": { latencyMs: 3_600_000 },
  "sends without end": { fault: "gigantic_answer" },
  "talks to nobody": { fault: "ghost_generation", tokensPerSecond: 0.001 },
};

for (const [what, options] of Object.entries(HANGS)) {
  Deno.test(`stop() ends a server at once that ${what}`, async () => {
    const server = await startScriptedServer({ dialect: "ollama", ...options });
    server.loaded = undefined;
    const open = post(server, "/api/chat", chat("Count to 500", { stream: true }))
      .then((response) => response.body?.getReader().read()).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    await server.stop();
    assert.ok(performance.now() - start < 1000, "it took more than a second");
    await open;
    assert.equal(server.activeGenerations, 0);
  });
}

for (const stream of [true, false]) {
  const how = stream ? "streamed" : "plain";
  Deno.test(`a client that leaves during the prefill of a ${how} answer frees its slot`, async () => {
    await using server = await startScriptedServer({
      dialect: "llama_cpp",
      slots: 1,
      prefillTokensPerSecond: 1,
    });
    const leave = new AbortController();
    const body = chat("Count to 500", { stream });
    const left = post(server, "/v1/chat/completions", body, leave.signal).catch(() => undefined);
    await until(() => server.activeGenerations === 1, 1000);
    leave.abort();
    await until(() => server.activeGenerations === 0, 1000);
    await left;
    const slots = await (await fetch(`${server.url}/slots`)).json();
    assert.equal(slots[0].is_processing, false);
  });
}

Deno.test("a client that leaves while it reads frees its slot, unless a ghost holds it", async () => {
  for (const fault of [undefined, "ghost_generation"]) {
    await using server = await startScriptedServer({
      dialect: "llama_cpp",
      slots: 1,
      tokensPerSecond: 30,
      ...(fault === undefined ? {} : { fault }),
    });
    const leave = new AbortController();
    const body = chat("Count to 500", { stream: true, max_tokens: 60 });
    const response = await post(server, "/v1/chat/completions", body, leave.signal);
    await response.body?.getReader().read();
    leave.abort();
    if (fault === undefined) await until(() => server.activeGenerations === 0, 1000);
    else await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(server.activeGenerations, fault === undefined ? 0 : 1);
    const start = performance.now();
    await answer(server, "/v1/chat/completions", chat("Hello", { max_tokens: 1 }));
    assert.equal(performance.now() - start > 1000, fault !== undefined);
  }
});

Deno.test("parallel requests get their own answers, one after the other where there is one slot", async () => {
  const took: number[] = [];
  for (const slots of [1, 4]) {
    await using server = await startScriptedServer({ dialect: "vllm", slots, tokensPerSecond: 5 });
    const start = performance.now();
    const answers = await Promise.all(
      ["N11", "N22", "N33", "N44"].map((tag) =>
        answer(server, "/v1/chat/completions", chat(`Reply with the tag ${tag}`))
      ),
    );
    took.push(performance.now() - start);
    assert.deepEqual(answers.map((one) => one.choices[0].message.content), [
      "N11",
      "N22",
      "N33",
      "N44",
    ]);
  }
  const [one = 0, four = 0] = took;
  assert.ok(one > 2 * four, `${one} ms and ${four} ms`);
});

Deno.test("/api/ps shows what was loaded last, and nothing after an unload", async () => {
  await using server = await startScriptedServer({ dialect: "ollama", coldLoadMs: 120 });
  const loaded = async () => (await (await fetch(`${server.url}/api/ps`)).json()).models;
  assert.equal((await loaded())[0].context_length, 32_768);
  const warm = await answer(server, "/api/chat", chat("Hello"));
  assert.ok(warm.load_duration < 100e6);
  const small = { options: { num_ctx: 4096 }, keep_alive: "10m" };
  const cold = await answer(server, "/api/chat", chat("Hello", small));
  assert.ok(cold.load_duration >= 120e6, "another context is another load");
  const [now] = await loaded();
  assert.equal(now.context_length, 4096);
  const minutes = (Date.parse(now.expires_at) - Date.now()) / 60_000;
  assert.ok(minutes > 9 && minutes <= 10, `${minutes} minutes`);
  await answer(server, "/api/generate", { model, keep_alive: 0 });
  assert.deepEqual(await loaded(), []);
});

Deno.test("a derived model has its own context, and the tools that its template offers", async () => {
  await using server = await startScriptedServer({ dialect: "ollama" });
  const create = (name: string, more: Record<string, unknown>) =>
    answer(server, "/api/create", { model: name, from: model, stream: false, ...more });
  await create("small", { parameters: { num_ctx: 2048, stop: ["END"] } });
  await create("deaf", { template: "{{ .Prompt }}" });
  await answer(server, "/api/chat", chat("Hello", { model: "small" }));
  assert.equal(server.loaded?.contextTokens, 2048);
  const small = await answer(server, "/api/show", { model: "small:latest" });
  assert.match(small.parameters, /^num_ctx {2,}2048\nstop {2,}"END"$/);
  assert.deepEqual(small.capabilities, ["completion", "tools"]);
  const deaf = await answer(server, "/api/show", { model: "deaf" });
  assert.deepEqual(deaf.capabilities, ["completion"]);
  const tool = { type: "function", function: { name: "f", description: "", parameters: {} } };
  const refused = await post(server, "/api/chat", chat("Hello", { model: "deaf", tools: [tool] }));
  assert.equal(refused.status, 400);
  assert.match((await refused.json()).error, /deaf does not support tools/);
});

Deno.test("the seed decides at a temperature, and nothing at 0", async () => {
  await using server = await startScriptedServer({ dialect: "openai" });
  const say = async (temperature: number, seed: number) => {
    const body = chat("Tell me a story", { temperature, seed, max_tokens: 20 });
    return (await answer(server, "/v1/chat/completions", body)).choices[0].message.content;
  };
  assert.equal(await say(0.8, 7), await say(0.8, 7));
  assert.notEqual(await say(0.8, 7), await say(0.8, 8));
  assert.equal(await say(0, 7), await say(0, 8));
});

Deno.test("a prompt that begins like the one before comes from the cache", async () => {
  await using server = await startScriptedServer({ dialect: "llama_cpp" });
  const ask = async (end: string) => {
    const body = chat(`${"owl ".repeat(500)}${end}`);
    return (await answer(server, "/v1/chat/completions", body)).timings;
  };
  assert.equal((await ask("one")).cache_n, 0);
  const { cache_n, prompt_n } = await ask("two");
  assert.ok(cache_n >= 500 && prompt_n < 10, `${cache_n} cached, ${prompt_n} read`);
});

Deno.test("embeddings of like sentences are near, and packed they are the same", async () => {
  await using server = await startScriptedServer({ dialect: "vllm" });
  const input = ["The cat sleeps", "The cat sleeps well", "Interest rates rise"];
  const embed = async (encoding_format: string) =>
    (await answer(server, "/v1/embeddings", { model, input, encoding_format })).data
      .map(({ embedding }: { embedding: unknown }) => embedding);
  const vectors: number[][] = await embed("float");
  const packed: string[] = await embed("base64");
  for (const [i, text] of packed.entries()) {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    assert.deepEqual([...new Float32Array(bytes.buffer)], vectors[i]);
  }
  const [a = [], b = [], c = []] = vectors;
  const cosine = (x: number[], y: number[]) =>
    x.reduce((sum, one, i) => sum + one * (y[i] ?? 0), 0);
  assert.ok(cosine(a, b) > cosine(a, c) + 0.3);
});
