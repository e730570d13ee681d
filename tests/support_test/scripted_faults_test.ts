/** Every fault by name can be seen on the wire: a fault that changes nothing would prove nothing. */
import assert from "node:assert/strict";
import { FAULT_NAMES } from "../support/scripted/faults/registry.ts";
import { type Dialect, startScriptedServer, THINKING_MODEL } from "../support/scripted/mod.ts";

/** Seen by another request only: what it waits for, in `scripted_life_test.ts`, or that it fails. */
const NOT_IN_BYTES = ["ghost_generation", "refuses_a_second_request"];

/** Longer than any healthy answer takes here; a hang lasts a minute. */
const HANG_MS = 400;

/** Enough of a body to tell it from another. */
const MAX_BYTES = 64 * 1024;

const DIALECTS: readonly Dialect[] = ["openai", "ollama", "llama_cpp"];

const tool = (name: string, description: string, property: string) => ({
  type: "function",
  function: {
    name,
    description,
    parameters: {
      type: "object",
      properties: { [property]: { type: "string" } },
      required: [property],
    },
  },
});
const TOOLS = [
  tool("get_weather", "Weather of a city", "city"),
  tool("read_file", "Read a file", "path"),
];
const WRITE = {
  type: "function",
  function: {
    name: "write_file",
    description: "Write a file",
    parameters: {
      type: "object",
      properties: { content: { type: "string" }, lines: { type: "integer" } },
      required: ["content", "lines"],
    },
  },
};
const LIST = tool("list_files", "List files of a folder", "folder");
const SCHEMA = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
const CALL = {
  role: "assistant",
  content: null,
  tool_calls: [{
    id: "call_1",
    type: "function",
    function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
  }],
};

const user = (content: string) => ({ role: "user", content });
const system = (content: string) => ({ role: "system", content });
const ask = (content: string, more: Record<string, unknown> = {}) => ({
  messages: [user(content)],
  temperature: 0,
  ...more,
});

/** Chat requests of `/v1`; one of them shows each fault. */
const CHATS: readonly Record<string, unknown>[] = [
  ask("Reply with the single word pong"),
  ask("Reply with the single word pong", { max_tokens: 16 }),
  ask("Reply with the tag N17"),
  ask("Reply with the tag N18"),
  ask("Count to 90", { max_tokens: 16 }),
  ask("Write exactly: A STOP7 B", { stop: ["STOP7"] }),
  ask("Repeat exactly: Ünï 日本 🧑‍🚀"),
  ask("A poem about the sea"),
  ask("Write something", { temperature: 0.8, seed: 7 }),
  ask("What is 17*23? /no_think"),
  ask("What is the weather in Oslo?", { tools: TOOLS, temperature: 0.8, seed: 10 }),
  ask("n is 4", {
    response_format: { type: "json_schema", json_schema: { name: "n", schema: SCHEMA } },
  }),
  ask("Answer in prose, no JSON. n is 4", {
    response_format: { type: "json_schema", json_schema: { name: "n", schema: SCHEMA } },
    chat_template_kwargs: { enable_thinking: false },
  }),
  {
    messages: [system("Always end with ZX-41."), user("What is the capital of France?")],
    temperature: 0,
  },
  ask("What is the weather in Oslo?", { tools: TOOLS }),
  ask("What is the weather in Oslo and Rome?", { tools: TOOLS }),
  ask("What is the weather in Oslo?", {
    tools: TOOLS,
    tool_choice: { type: "function", function: { name: "read_file" } },
  }),
  ask("Thanks!", { tools: TOOLS }),
  ask("What is the weather in Oslo?", {
    tools: TOOLS,
    response_format: { type: "json_schema", json_schema: { name: "n", schema: SCHEMA } },
  }),
  {
    messages: [user("Weather in Oslo?"), CALL, {
      role: "tool",
      tool_call_id: "call_1",
      content: "98F",
    }],
    tools: TOOLS,
    temperature: 0,
  },
  {
    messages: [
      user("Weather in Oslo?"),
      CALL,
      { role: "tool", tool_call_id: "call_1", content: '{"error":"no such tool"}' },
    ],
    tools: TOOLS,
    temperature: 0,
  },
  ask(`The code is X9. ${"owl ".repeat(3000)} What is the code?`, { tools: TOOLS }),
  ask(`The code is X9. ${"owl ".repeat(9000)} What is the code?`),
  ask(`The code is X9. ${"owl ".repeat(18_000)} What is the weather in Oslo?`, { tools: TOOLS }),
  ask(`${"owl ".repeat(1500)} What is the weather in Oslo?`, { tools: TOOLS }),
  ask("What is the weather in Oslo?", { tools: TOOLS, tool_choice: "required" }),
  {
    messages: [
      user("Weather in Rome?"),
      CALL,
      { role: "tool", tool_call_id: "call_1", content: "98F" },
    ],
    tools: TOOLS,
    temperature: 0,
  },
  ask('Write 2 lines with exactly: a\t"b"\n<c> && \\u2192', { tools: [WRITE] }),
  ask("List the files", { tools: [LIST, ...TOOLS] }),
  {
    messages: [user("List the files"), CALL, {
      role: "tool",
      tool_call_id: "call_1",
      content: "a.txt",
    }],
    tools: [LIST, ...TOOLS],
    temperature: 0,
  },
  ...[3, 16].map((others) =>
    ask("What is the weather in Oslo?", {
      tools: [
        ...Array.from({ length: others }, (_, i) => tool(`tool_${i}`, "Nothing", "x")),
        ...TOOLS,
      ],
    })
  ),
  { ...ask("Reply with the single word pong"), model: "nobody" },
  ask("Reply with the single word pong", { n: 2 }),
];

interface Question {
  readonly path: string;
  /** Undefined: a GET. */
  readonly body?: Record<string, unknown>;
}

const { model } = THINKING_MODEL;

/** Everything that a server is asked, in order; each answer may depend on those before. */
const QUESTIONS: readonly Question[] = [
  ...["/", "/props", "/v1/models", "/api/tags"].map((path) => ({ path })),
  ...[false, true].flatMap((stream) =>
    CHATS.map((chat) => ({ path: "/v1/chat/completions", body: { model, stream, ...chat } }))
  ),
  ...[["a"], ["a", "b"]].flatMap((input) =>
    ["float", "base64"].map((encoding_format) => ({
      path: "/v1/embeddings",
      body: { model, input, encoding_format },
    }))
  ),
  { path: "/api/ps" },
  { path: "/api/generate", body: { model, keep_alive: 0 } },
  { path: "/api/chat", body: { model, ...ask("Reply with the single word pong") } },
  { path: "/api/create", body: { model: "b", from: model, parameters: { num_ctx: 9 } } },
  { path: "/api/show", body: { model: "b" } },
  ...[false, true].map((think) => ({
    path: "/api/chat",
    body: { model, think, ...ask("What is the weather in Oslo?", { tools: TOOLS }) },
  })),
];

/** Asks a server everything; stops at the first answer that `enough` says is enough. */
async function askAll(
  dialect: Dialect,
  fault: string | undefined,
  enough: (answer: string, question: number) => boolean,
): Promise<string[]> {
  await using server = await startScriptedServer({
    dialect,
    contextTokens: 16_384,
    ...THINKING_MODEL,
    ...(fault === undefined ? {} : { fault }),
  });
  const answers: string[] = [];
  for (const [i, { path, body }] of QUESTIONS.entries()) {
    const answer = await exchange(server.url + path, body);
    answers.push(answer);
    if (enough(answer, i)) break;
  }
  return answers;
}

async function exchange(url: string, body: Record<string, unknown> | undefined): Promise<string> {
  const limit = AbortSignal.timeout(HANG_MS);
  let seen = "";
  try {
    const response = await fetch(url, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      signal: limit,
    });
    seen = `${response.status} ${response.headers.get("content-type")} `;
    const bytes: number[] = [];
    for await (const packet of response.body ?? []) {
      bytes.push(...packet.subarray(0, MAX_BYTES));
      if (bytes.length >= MAX_BYTES) break;
    }
    // As Latin-1, so that bytes that are no UTF-8 show.
    return seen + new TextDecoder("latin1").decode(new Uint8Array(bytes)).replaceAll(TIMES, "");
  } catch (error) {
    return `${seen}${
      limit.aborted ? "hangs" : `breaks: ${error instanceof Error ? error.name : ""}`
    }`;
  }
}

/** What differs between two equal servers: the clock. */
const TIMES = /"(created|created_at|modified_at|expires_at)":("[^"]*"|\d+)/g;

const healthy = new Map<Dialect, Promise<string[]>>();

for (const fault of FAULT_NAMES.filter((name) => !NOT_IN_BYTES.includes(name))) {
  Deno.test(`startScriptedServer() shows the fault "${fault}" on the wire`, async () => {
    for (const dialect of DIALECTS) {
      const asked = healthy.get(dialect) ?? askAll(dialect, undefined, () => false);
      healthy.set(dialect, asked);
      const expected = await asked;
      let seen = false;
      await askAll(dialect, fault, (answer, i) => seen = answer !== expected[i]);
      if (seen) return;
    }
    assert.fail("Every answer is the healthy one: add to CHATS a request that shows the fault");
  });
}

Deno.test("startScriptedServer() answers the same when it is asked the same", async () => {
  const first = await askAll("ollama", undefined, () => false);
  assert.deepEqual(await askAll("ollama", undefined, () => false), first);
  assert.equal(first.length, QUESTIONS.length);
});
