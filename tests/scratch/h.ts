import { systemClock } from "../../lib/core/mod.ts";
import { createProvider } from "../../lib/models/mod.ts";
import { startScriptedServer } from "../../tests/support/scripted/mod.ts";
import { TEST_SETTINGS } from "../../tests/support/run_probe.ts";
import { createProbeContext } from "../../lib/smoke/context.ts";
import { runProbes } from "../../lib/smoke/runner.ts";
import { PROBES_AB } from "../../lib/smoke/probes/list_ab.ts";
import { PROBES_D } from "../../lib/smoke/probes/list_d.ts";
for (const think of [false, true]) {
  for (const dialect of ["ollama", "llama_cpp", "vllm", "lm_studio", "openai"] as const) {
    await using s = await startScriptedServer({
      dialect,
      ...(think
        ? {
          capabilities: ["completion", "tools", "thinking"],
          template: "{{ .Tools }} tools <think>",
        }
        : {}),
    });
    const kind = dialect === "openai" ? "openai_compatible" : dialect;
    const provider = await createProvider({ kind, baseUrl: s.url }, systemClock);
    const compat = kind === "ollama"
      ? await createProvider({ kind: "openai_compatible", baseUrl: s.url }, systemClock)
      : undefined;
    const results = new Map();
    const t = performance.now();
    const ctx = createProbeContext({
      server: { kind, baseUrl: s.url, version: undefined },
      model: "scripted:7b",
      settings: TEST_SETTINGS,
      provider,
      compat,
      clock: systemClock,
      signal: new AbortController().signal,
      results,
    });
    for await (const _ of runProbes([...PROBES_AB, ...PROBES_D], ctx, results));
    console.log(
      "==",
      dialect,
      think,
      Math.round(performance.now() - t),
      "ms",
      s.requests.length,
      "requests",
    );
    for (const r of results.values()) {
      if (r.status !== "pass") {
        console.log(r.id, r.status, r.diagnosis, JSON.stringify(r.measured).slice(0, 300));
      }
    }
  }
}
