/** Group D against healthy servers of every kind: all green. */
import assert from "node:assert/strict";
import { PROBES_D } from "../../../lib/smoke/probes/list_d.ts";
import { type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import type { Dialect } from "../../support/scripted/mod.ts";

const DIALECTS: readonly Dialect[] = ["ollama", "llama_cpp", "vllm", "lm_studio", "openai"];

testProbes(DIALECTS.flatMap((dialect) =>
  PROBES_D.map((probe): ProbeCase => {
    // Ollama has no tool_choice, and only its own API says which models think.
    const skips = dialect === "ollama" ? "tool.choice" : "tool.with_think";
    return {
      probe,
      when: "when the server is healthy",
      on: { dialect, capabilities: ["completion", "tools", "thinking"] },
      status: probe.id === skips ? "skip" : "pass",
    };
  })
));

Deno.test("PROBES_D lists each probe once, under its own id", () => {
  const ids = PROBES_D.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, group } of PROBES_D) {
    assert.match(id, /^tool\.[a-z_]+$/);
    assert.equal(group, "D");
  }
});
