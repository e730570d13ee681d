/**
 * The scripted server answers in the shapes of the real ones. `recorded` is the shape of the
 * answer that Ollama 0.17.4 or llama.cpp's server gave to the same request.
 */
import assert from "node:assert/strict";
import { RECORDED_NATIVE } from "./recorded_native.ts";
import { RECORDED_V1 } from "./recorded_v1.ts";
import { type Dialect, type ScriptedServer, startScriptedServer } from "../support/scripted/mod.ts";

/** Keys and types of a JSON value, a list by its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function ask(server: ScriptedServer, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(server.url + path, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text: await response.text(),
  };
}

/** The JSON objects of a stream, without `[DONE]`. */
function linesOf({ text }: Answer): Record<string, unknown>[] {
  return text.split("\n").map((line) => line.replace(/^data: /, "").trim())
    .filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

for (
  const { dialect, path, body, status = 200, type = "application/json", recorded } of [
    ...RECORDED_NATIVE,
    ...RECORDED_V1,
  ]
) {
  const what = `${dialect} ${path} ${JSON.stringify(body)?.slice(0, 60) ?? ""}`;
  Deno.test(`startScriptedServer() answers as recorded: ${what} ${status}`, async () => {
    await using server = await startScriptedServer({ dialect });
    const answer = await ask(server, path, body);
    assert.equal(answer.status, status);
    assert.match(answer.type, new RegExp(`^${type}`));
    if (Array.isArray(recorded)) assert.deepEqual(linesOf(answer).map(shapeOf), recorded);
    else assert.deepEqual(shapeOf(JSON.parse(answer.text)), recorded);
    if (type === "text/event-stream") assert.match(answer.text, /\n\ndata: \[DONE\]\n\n$/);
  });
}

Deno.test("startScriptedServer() has no route of another server", async () => {
  const has = async (dialect: Dialect, path: string) => {
    await using server = await startScriptedServer({ dialect });
    const { status, text } = await ask(server, path);
    return status === 200 && !text.includes("Unexpected endpoint");
  };
  const own: Readonly<Record<string, readonly Dialect[]>> = {
    "/": ["ollama"],
    "/api/version": ["ollama"],
    "/health": ["llama_cpp", "vllm"],
    "/props": ["llama_cpp"],
    "/slots": ["llama_cpp"],
    "/metrics": ["llama_cpp", "vllm"],
    "/version": ["vllm"],
    "/api/v0/models": ["lm_studio"],
    "/v1/models": ["ollama", "llama_cpp", "vllm", "lm_studio", "openai"],
  };
  for (const [path, dialects] of Object.entries(own)) {
    for (const dialect of own["/v1/models"] ?? []) {
      assert.equal(await has(dialect, path), dialects.includes(dialect), `${dialect} ${path}`);
    }
  }
});
