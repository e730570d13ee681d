import assert from "node:assert/strict";
import { openState } from "../../lib/state/mod.ts";
import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";

Deno.test("openState() keeps a model and a smoke run", async () => {
  const dir = await Deno.makeTempDir();
  const ids = createIds(() => new Date(), systemRandom);
  {
    using state = await openState({ dir: `${dir}/s`, clock: systemClock, ids });
    state.models.upsert({
      id: "a",
      kind: "ollama",
      baseUrl: "http://x",
      name: "a",
      source: "seen",
    });
    const run = state.smokeRuns.start({
      modelId: "a",
      kind: "ollama",
      baseUrl: "http://x",
      serverVersion: null,
      tier: "quick",
      owllmVersion: "0",
    });
    state.smokeRuns.addProbe(run, 0, {
      id: "p",
      group: "A",
      tier: "quick",
      status: "pass",
      ms: 1.5,
      measured: { a: 1 },
    });
      state.servers.seen({ kind: "ollama", baseUrl: "http://x", version: "1", pid: null }),
      state.envs.upsert({ key: "k", path: "/p", spec: { a: 1 } }),
    );
  }
  using state = await openState({ dir: `${dir}/s`, clock: systemClock, ids });
  assert.equal(state.models.list().length, 1);
  assert.equal(state.smokeRuns.list("a", 5)[0]?.status, "interrupted");
  await Deno.remove(dir, { recursive: true });
});
