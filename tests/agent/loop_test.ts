import assert from "node:assert/strict";
import {
  type AgentEvent,
  type AgentResult,
  nativeProtocol,
  type Protocol,
  runAgent,
  systemPrompt,
} from "../../lib/agent/mod.ts";
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider, type ToolDefinition } from "../../lib/models/mod.ts";
import { type ScriptedServerOptions, startScriptedServer } from "../support/scripted/mod.ts";

const WEATHER: ToolDefinition = {
  name: "get_weather",
  description: "The weather of a city",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

interface Ran {
  readonly result: AgentResult;
  readonly events: readonly AgentEvent[];
}

/** Runs the real loop against a scripted server over HTTP. */
async function run(
  on: Partial<ScriptedServerOptions>,
  more: { readonly protocol?: Protocol; readonly steps?: number; readonly signal?: AbortSignal } =
    {},
): Promise<Ran> {
  await using server = await startScriptedServer({ dialect: "ollama", ...on });
  const provider = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  const events: AgentEvent[] = [];
  let ids = 0;
  try {
    const result = await runAgent({
      provider,
      model: "scripted:7b",
      protocol: more.protocol ?? nativeProtocol,
      tools: [WEATHER],
      contextTokens: 8192,
      temperature: 0.1,
      maxTokens: 256,
      requestTimeoutMs: 2_000,
      clock: systemClock,
      newId: () => `call_${ids++}`,
      calls: {
        run: (call) => {
          const { city } = JSON.parse(call.argumentsJson) as { city: string };
          return Promise.resolve({
            ok: true,
            result: { text: `Sunny in ${city}`, truncated: false },
          });
        },
      },
      limits: { steps: more.steps ?? 10, timeMs: 30_000, tokens: 100_000 },
      messages: [
        { role: "system", text: systemPrompt("/work/repo") },
        { role: "user", text: "What is the weather in Oslo right now?" },
      ],
      onEvent: (event) => events.push(event),
    }, more.signal ?? new AbortController().signal);
    return { result, events };
  } finally {
    await provider.close();
  }
}

Deno.test("runAgent() calls a tool, shows its result to the model and gives its answer", async () => {
  const { result, events } = await run({});
  assert.equal(result.end, "answered", result.cause);
  assert.equal(result.calls, 1);
  assert.ok(result.answer.length > 0);
  assert.ok(result.promptTokens > 0 && result.completionTokens > 0);
  const order = events.map(({ type }) => type);
  assert.deepEqual(order, [
    "step_started",
    "turn",
    "call_started",
    "call_done",
    "step_done",
    "step_started",
    "turn",
    "step_done",
    "ended",
  ]);
});

Deno.test("runAgent() stops a model that calls for ever, long before its steps are used up", async () => {
  const { result } = await run({ fault: "calls_always" }, { steps: 100 });
  assert.equal(result.end, "looping", result.cause);
  assert.ok(result.calls < 5, `${result.calls} calls ran`);
});

Deno.test("runAgent() runs a call that was left in the words, and marks it", async () => {
  const { result } = await run({ fault: "call_bare_json" });
  assert.ok(result.recoveredCalls > 0, JSON.stringify(result));
});

Deno.test("runAgent() ends with the cause when the server fails", async () => {
  for (const fault of ["html_500", "not_json", "hang_before_first_byte"]) {
    const { result } = await run({ fault });
    assert.equal(result.end, "server_failed", fault);
    assert.ok((result.cause ?? "").length > 10, fault);
  }
});

Deno.test("runAgent() says that it was interrupted", async () => {
  const stop = new AbortController();
  stop.abort(new Error("Ctrl-C"));
  const { result } = await run({}, { signal: stop.signal });
  assert.equal(result.end, "interrupted");
});
