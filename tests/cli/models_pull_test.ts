import assert from "node:assert/strict";
import { runOwllm } from "../support/run_owllm.ts";
import { testWith } from "../support/real_parts.ts";
import { withTempDir } from "../support/state.ts";
import { smolLm2 } from "../support/weights.ts";

testWith(
  "owllm models pull finds weights that are there and makes builtin ready",
  await smolLm2(),
  async (
    weights,
  ) => {
    await withTempDir(async (home) => {
      const models = `${home}/.local/share/owllm/models`;
      await Deno.mkdir(models, { recursive: true });
      await Deno.symlink(weights, `${models}/SmolLM2-135M-Instruct.Q4_1.gguf`);
      const pulled = await runOwllm(["models", "pull", "smollm2", "--json"], { home });
      assert.equal(pulled.code, 0, pulled.stderr);
      assert.equal(JSON.parse(pulled.stdout).fetched, false);
      const list = await runOwllm(["models", "list", "--json"], { home });
      const { models: rows } = JSON.parse(list.stdout) as {
        models: { id: string; kind: string; available: boolean }[];
      };
      assert.equal(rows.find(({ id }) => id === "builtin")?.available, true, list.stdout);
      const own = rows.filter(({ kind }) => kind === "builtin").map(({ id }) => id);
      assert.deepEqual(own, ["builtin"], "it must not shadow a server's smollm2");
    });
  },
);

Deno.test("owllm models pull names what can be pulled, and what is missing for it", async () => {
  const wrong = await runOwllm(["models", "pull", "smolm2"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no weights "smolm2" to pull \(did you mean "smollm2"\?\)/);
  const bare = await runOwllm(["models", "pull", "smollm2"], { env: { PATH: "/nonexistent" } });
  assert.equal(bare.code, 3, bare.stderr);
  assert.match(bare.stderr, /Neither uv nor pip is on the PATH/);
});

Deno.test("owllm smoke model builtin without weights says how to get them", async () => {
  const { code, stderr } = await runOwllm(["smoke", "model", "builtin"]);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /has no weights for "builtin": ".*\.gguf" is missing\n +owllm models pull smollm2/,
  );
});
