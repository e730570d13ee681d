import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { type ModelEntry, resolveModel, type ResolveOptions } from "../../lib/models/mod.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";

function options(id: string, rest: Partial<ResolveOptions>): ResolveOptions {
  return {
    id,
    addresses: [],
    entries: [],
    checkHost: () => ({ ok: true, value: undefined }),
    clock: systemClock,
    signal: new AbortController().signal,
    ...rest,
  };
}

Deno.test("resolveModel() keeps builtin builtin also after it was registered as seen", async () => {
  const seen: ModelEntry = { id: "builtin", origin: "seen", kind: "builtin", name: "builtin" };
  const found = await resolveModel(options("builtin", { entries: [seen] }));
  assert.equal(found.where, "builtin");
});

Deno.test("resolveModel() takes a registered id before a name on a server", async () => {
  await using server = await startScriptedServer({ dialect: "ollama", model: "mine" });
  const addresses = [server.url];
  const entry: ModelEntry = { id: "mine", origin: "added", kind: "builtin", gguf: "/w/mine.gguf" };
  const registered = await resolveModel(options("mine", { addresses, entries: [entry] }));
  assert.equal(registered.where === "builtin" && registered.gguf, "/w/mine.gguf");
  const offered = await resolveModel(options("mine", { addresses }));
  assert.equal(offered.where === "server" && offered.server.baseUrl, server.url);
});

Deno.test("resolveModel() looks elsewhere for a model whose server has moved", async () => {
  await using server = await startScriptedServer({ dialect: "vllm", model: "mover" });
  const addresses = [server.url];
  const base = { id: "mover", baseUrl: "http://127.0.0.1:4", name: "mover" } as const;
  const seen = await resolveModel(
    options("mover", { addresses, entries: [{ ...base, origin: "seen" }] }),
  );
  assert.equal(seen.where === "server" && seen.server.baseUrl, server.url);
  // One that was added on purpose stays where it was put.
  await assert.rejects(
    resolveModel(options("mover", { addresses, entries: [{ ...base, origin: "added" }] })),
    { code: "unreachable" },
  );
});

Deno.test("resolveModel() takes URL#name, and URL alone where there is one model", async () => {
  await using server = await startScriptedServer({ dialect: "llama_cpp", model: "only.gguf" });
  for (const id of [`${server.url}#only.gguf`, server.url, `${server.url}/v1/`]) {
    const found = await resolveModel(options(id, {}));
    assert.equal(found.where === "server" && found.name, "only.gguf", id);
  }
  await assert.rejects(resolveModel(options(`${server.url}#onli.gguf`, {})), {
    code: "not_found",
    message: /did you mean "only\.gguf"/,
  });
});
