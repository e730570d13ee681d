/** Results that the state commits one by one, beside the same rows by SQLite alone. */
import { DatabaseSync } from "node:sqlite";
import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { openState } from "../../lib/state/mod.ts";
import type { Figure } from "./main.ts";
import { inTurn } from "./median.ts";

const WRITES = 2000;
const MEASURED = { prefill_tok_s: 1812.4, prompt_tokens: 1024 };

/** Commits per second, one probe result each. */
export async function stateFigures(): Promise<Figure[]> {
  const dir = await Deno.makeTempDir();
  try {
    const ids = createIds(() => systemClock.now(), systemRandom);
    using state = await openState({ dir: `${dir}/state`, clock: systemClock, ids });
    const bare = new DatabaseSync(`${dir}/bare.db`);
    bare.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    bare.exec("CREATE TABLE probes (seq INTEGER, id TEXT, measured TEXT) STRICT");
    const insert = bare.prepare("INSERT INTO probes VALUES (?, ?, ?)");
    const { a, b } = await inTurn(5, () => writeProbes(state), () => {
      for (let seq = 0; seq < WRITES; seq++) insert.run(seq, "perf.ttft", JSON.stringify(MEASURED));
      return Promise.resolve();
    });
    bare.close();
    return [{
      name: "results stored, one commit each",
      unit: "/s",
      value: WRITES / (a / 1000),
      reference: { name: "bare SQLite", value: WRITES / (b / 1000) },
    }];
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function writeProbes(state: Awaited<ReturnType<typeof openState>>): Promise<void> {
  const run = state.smokeRuns.start({
    modelId: "bench",
    kind: "ollama",
    baseUrl: "http://127.0.0.1:11434",
    serverVersion: null,
    tier: "quick",
    owllmVersion: "bench",
  });
  for (let seq = 0; seq < WRITES; seq++) {
    const result = { id: "perf.ttft", group: "E", tier: "quick", status: "pass", ms: 12 } as const;
    state.smokeRuns.addProbe(run, seq, { ...result, measured: MEASURED });
  }
  return Promise.resolve();
}
