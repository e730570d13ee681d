/** Each provider against servers that break: one kind of error for one kind of fault, over HTTP. */
import assert from "node:assert/strict";
import { OwllmError, systemClock } from "../../lib/core/mod.ts";
import {
  type ChatRequest,
  createProvider,
  type ModelProvider,
  type StreamEnd,
} from "../../lib/models/mod.ts";
import { type Dialect, startScriptedServer } from "../support/scripted/mod.ts";

const model = "scripted:7b";
const PONG: ChatRequest = {
  model,
  messages: [{ role: "user", content: "Reply with the single word pong" }],
};
const BOTH: ChatRequest = {
  model,
  messages: [{ role: "user", content: "What is the weather in Oslo and Rome?" }],
  tools: [{
    name: "get_weather",
    description: "Weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  }],
};

const KINDS = { ollama: "ollama", openai: "openai_compatible" } as const;
type Kind = keyof typeof KINDS;

function providerOf(dialect: Kind, baseUrl: string): Promise<ModelProvider> {
  return createProvider({ kind: KINDS[dialect], baseUrl }, systemClock);
}

async function readAll(
  provider: ModelProvider,
  request: ChatRequest,
  signal?: AbortSignal,
): Promise<StreamEnd> {
  const stream = provider.stream(request, signal);
  while (true) {
    const next = await stream.next();
    if (next.done) return next.value;
  }
}

/** Runs `body` with a provider for a server with this fault, as each of the two protocols. */
function withFault(
  what: string,
  fault: string,
  body: (provider: ModelProvider, dialect: Dialect) => Promise<void>,
  dialects: readonly Kind[] = ["ollama", "openai"],
): void {
  for (const dialect of dialects) {
    Deno.test(`createProvider() ${what} (${dialect})`, async () => {
      await using server = await startScriptedServer({ dialect, fault });
      await body(await providerOf(dialect, server.url), dialect);
    });
  }
}

const code =
  (expected: string, context: Readonly<Record<string, unknown>> = {}) => (error: unknown) => {
    assert.ok(error instanceof OwllmError, String(error));
    assert.equal(error.code, expected, error.message);
    for (const [key, value] of Object.entries(context)) assert.equal(error.context[key], value);
    assert.doesNotMatch(error.message, /\n|undefined/);
    return true;
  };

withFault("gives a page with status 500 as the server's error", "html_500", async (provider) => {
  const expected = code("model", { status: 500, content_type: "text/html" });
  await assert.rejects(provider.chat(PONG), expected);
  await assert.rejects(readAll(provider, PONG), expected);
});

withFault(
  "sees an error inside a stream of status 200",
  "error_inside_stream",
  async (provider) => {
    await assert.rejects(readAll(provider, PONG), (error) => {
      assert.match(String(error), /inside .*: unexpected EOF from the runner/);
      return code("model", { status: 200 })(error);
    });
  },
);

withFault("calls a broken connection unreachable", "reset_mid_stream", async (provider) => {
  await assert.rejects(readAll(provider, PONG), code("unreachable"));
});

withFault("says when an answer is not JSON", "not_json", async (provider) => {
  await assert.rejects(provider.chat(PONG), code("protocol"));
});

withFault(
  "reads no more than its limit of an endless answer",
  "gigantic_answer",
  async (provider) => {
    await assert.rejects(provider.chat(PONG), /more than 8 MiB/);
    await assert.rejects(readAll(provider, PONG), /more than 8 MiB/);
  },
);

withFault("reads an answer under a wrong content type", "wrong_content_type", async (provider) => {
  const plain = await provider.chat(PONG);
  assert.equal(plain.content, "pong");
  assert.match(plain.wire.contentType, /text\/html/);
  assert.equal((await readAll(provider, PONG)).response.content, "pong");
});

for (const fault of ["hang_before_first_byte", "hang_mid_stream"]) {
  withFault(`gives the signal's reason when it stops a ${fault}`, fault, async (provider) => {
    const why = new Error("enough");
    const stop = new AbortController();
    setTimeout(() => stop.abort(why), 100);
    await assert.rejects(readAll(provider, PONG, stop.signal), why);
  });
}

withFault("tells a stream that ended from one that stopped", "no_done", async (provider) => {
  const { terminated, response } = await readAll(provider, PONG);
  assert.equal(terminated, false);
  assert.equal(response.content, "pong");
});

withFault("makes up no finish reason", "no_finish", async (provider) => {
  assert.equal((await provider.chat(PONG)).finishReason, "none");
  assert.equal((await readAll(provider, PONG)).response.finishReason, "none");
});

withFault("makes up no token counts", "no_usage", async (provider) => {
  const { promptTokens, completionTokens } = (await provider.chat(PONG)).usage;
  assert.deepEqual([promptTokens, completionTokens], [undefined, undefined]);
});

withFault("notes bytes that are no UTF-8", "raw_half_characters", async (provider) => {
  const messages = [{ role: "user", content: "Repeat exactly: Ünï 日本" }] as const;
  assert.equal((await readAll(provider, { model, messages })).invalidUtf8, true);
  assert.equal((await readAll(provider, PONG)).invalidUtf8, false);
});

for (const fault of ["no_tool_index", "tool_index_always_0"]) {
  // Pieces of `/v1` with one index for two calls cannot be told apart by anyone once ids are gone.
  withFault(`keeps two streamed calls apart with ${fault}`, fault, async (provider) => {
    const { response } = await readAll(provider, BOTH);
    assert.deepEqual(response.toolCalls.map((call) => JSON.parse(call.arguments)), [
      { city: "Oslo" },
      { city: "Rome" },
    ]);
    const expected = fault === "no_tool_index" ? undefined : 0;
    assert.deepEqual(response.toolCalls.map(({ index }) => index), [expected, expected]);
  }, ["ollama"]);
}

withFault(
  "reads arguments that are an object and says so",
  "arguments_object",
  async (provider) => {
    const { toolCalls } = await provider.chat(BOTH);
    assert.deepEqual(toolCalls.map(({ argumentsForm }) => argumentsForm), ["object", "object"]);
    assert.deepEqual(JSON.parse(toolCalls[0]?.arguments ?? ""), { city: "Oslo" });
  },
  ["openai"],
);

for (const dialect of ["ollama", "openai"] as const) {
  Deno.test(`createProvider() says that nobody listens (${dialect})`, async () => {
    const server = await startScriptedServer({ dialect });
    await server.stop();
    const provider = await providerOf(dialect, server.url);
    await assert.rejects(provider.chat(PONG), code("unreachable"));
    await assert.rejects(readAll(provider, PONG), code("unreachable"));
    await assert.rejects(provider.listModels(), code("unreachable"));
  });

  Deno.test(`createProvider() leaves the slot free when its stream is left (${dialect})`, async () => {
    await using server = await startScriptedServer({ dialect, tokensPerSecond: 20 });
    const provider = await providerOf(dialect, server.url);
    for await (const chunk of provider.stream(PONG)) {
      if (chunk.content) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(server.activeGenerations, 0);
  });
}
