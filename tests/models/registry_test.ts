import assert from "node:assert/strict";
import { mergeModels, type ServerOffer, withWeights } from "../../lib/models/mod.ts";
import { withTempDir } from "../support/state.ts";

function offer(baseUrl: string, ...names: string[]): ServerOffer {
  return {
    server: { kind: "ollama", baseUrl, version: "1" },
    models: names.map((name) => ({ name, sizeBytes: 5 })),
  };
}

Deno.test("mergeModels() fills a registered entry in by what a server offers", () => {
  const rows = mergeModels(
    [{ id: "coder", origin: "config", name: "qwen:7b", contextTokens: 9 }],
    [{ id: "coder", origin: "added" }, { id: "gone", origin: "seen", baseUrl: "http://b" }],
    [offer("http://a", "qwen:7b", "free:latest", "gone:latest")],
  );
  assert.deepEqual(rows.map(({ id, origin, available }) => [id, origin, available]), [
    ["coder", "config", true],
    ["free", "server", true],
    ["gone", "seen", false],
    ["http://a#gone", "server", true],
  ]);
  assert.equal(rows[0]?.sizeBytes, 5);
  assert.equal(rows[0]?.contextTokens, 9);
});

Deno.test("mergeModels() keeps one name of two servers apart, and weights from servers", () => {
  const rows = mergeModels([], [{ id: "tiny", origin: "pulled", gguf: "/w.gguf" }], [
    offer("http://a", "x:1b", "tiny:latest"),
    offer("http://b", "x:1b"),
  ]);
  assert.deepEqual(rows.map(({ id, gguf }) => [id, gguf]), [
    ["http://a#tiny", undefined],
    ["http://b#x:1b", undefined],
    ["tiny", "/w.gguf"],
    ["x:1b", undefined],
  ]);
});

Deno.test("withWeights() says why a file cannot be used", async () => {
  await withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/no.gguf`, "hello");
    const [broken] = await withWeights([
      { id: "no", origin: "added", gguf: `${dir}/no.gguf`, available: false },
    ]);
    assert.equal(broken?.available, false);
    assert.match(broken?.problem ?? "", /is no GGUF: it begins with "hell"/);
  });
});
