/**
 * A process that writes smoke runs: `state_writer.ts DIR RUNS PROBES`. It prints a line after each
 * commit, so that what it has acknowledged is known when it is killed.
 */
import { openTestState } from "./state.ts";

const [dir = "", runs = "0", probes = "0"] = Deno.args;
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

using state = await openTestState(dir);
for (let run = 0; run < Number(runs); run++) {
  const id = state.smokeRuns.start({
    modelId: `m${Deno.pid}`,
    kind: "ollama",
    baseUrl: "http://127.0.0.1:11434",
    serverVersion: null,
    tier: "quick",
    owllmVersion: "0.1.0",
  });
  say(id);
  for (let seq = 0; seq < Number(probes); seq++) {
    const measured = { seq };
    const probe = { id: `p${seq}`, group: "A", tier: "quick", status: "pass", ms: 1 } as const;
    state.smokeRuns.addProbe(id, seq, { ...probe, measured });
    say(`${id} ${seq}`);
  }
  // Read, then write: what a deferred transaction would be refused.
  state.smokeRuns.get(id);
  state.smokeRuns.finish(id, { status: "pass" });
}
