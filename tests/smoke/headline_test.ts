import assert from "node:assert/strict";
import { buildReport, formatMeasured, keyFacts } from "../../lib/smoke/mod.ts";
import { probe, reportedRun } from "./report_samples.ts";

Deno.test("formatMeasured() reads the unit from the name", () => {
  const cases: [string, number | string | boolean | null, string][] = [
    ["decode_tok_s", 8.137, "8.1 tok/s"],
    ["load_ms", 820, "820 ms"],
    ["step_cost_s", 185, "3 min 5 s"],
    ["size_bytes", 5.4e9, "5.0 GiB"],
    ["real_tokens", 16384, "16,384 tokens"],
    ["gpu_percent", 62, "62 %"],
    ["needle", false, "no"],
    ["version", null, "unknown"],
  ];
  for (const [key, value, text] of cases) assert.equal(formatMeasured(key, value), text);
});

Deno.test("keyFacts() calls a proved context a lower bound and a cut one by its end", () => {
  const real = (status: "pass" | "fail") => {
    const results = [probe("ctx.real", status, { measured: { real_tokens: 2051 } })];
    const report = buildReport(reportedRun(results));
    return keyFacts(report).find(({ label }) => label === "Context real")?.value;
  };
  assert.equal(real("pass"), "at least 2,051 tokens");
  assert.equal(real("fail"), "2,051 tokens");
});
