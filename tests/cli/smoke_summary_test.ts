import assert from "node:assert/strict";
import { createStyle } from "../../lib/cli/output.ts";
import { summaryLines } from "../../lib/cli/smoke_summary.ts";
import { textWidth } from "../../lib/cli/text_width.ts";
import { buildReport, keyFacts, rankFixes, verdictOf } from "../../lib/smoke/mod.ts";
import { probe, reportedRun } from "../smoke/report_samples.ts";

const FIX =
  `printf 'FROM "a  b"\\nPARAMETER num_ctx 16384\\n' | ollama create ab-16k -f /dev/stdin`;

const report = buildReport(reportedRun([
  probe("ctx.declared", "fail", {
    measured: { declared_tokens: 32768, loaded_tokens: 4096 },
    diagnosis: "Loaded with 4,096 tokens, the agent needs 16,384",
    fix: FIX,
  }),
  probe("ctx.real", "fail", { measured: { real_tokens: 2051 }, fix: FIX }),
  probe("tool.one"),
  probe("perf.ttft", "pass", { measured: { ttft_ms: 412, prefill_tok_s: 2431.3 } }),
  probe("perf.tps", "warn", { measured: { decode_tok_s: 4.27 }, fix: "smaller model" }),
], "fail"));

function lines(columns: number): string[] {
  return summaryLines({
    report,
    verdict: verdictOf(report),
    counts: "2 pass, 1 warn, 2 fail in 21.4 s",
    facts: keyFacts(report),
    fixes: rankFixes(report.probes),
  }, { columns, style: createStyle(false) });
}

Deno.test("summaryLines() shows the table of what matters and the fixes in order of effect", () => {
  assert.deepEqual(lines(80), [
    "qwen2.5-coder:7b: 2 of 5 checks failed",
    "2 pass, 1 warn, 2 fail in 21.4 s",
    "",
    "  Context declared  ✓ 32,768 tokens",
    "  Context loaded    ✗ 4,096 tokens",
    "  Context real      ✗ 2,051 tokens",
    "  Cold load           not measured (--full does)",
    "  First token       ✓ 412 ms",
    "  Prefill           ✓ 2,431 tok/s",
    "  Decode            ! 4.3 tok/s",
    "  On the GPU          not measured",
    "  Tools             ✓ native calls",
    "",
    "What to do, most effect first",
    "",
    "1. Loaded with 4,096 tokens, the agent needs 16,384",
    FIX,
    "",
    "2. perf.tps says no",
    "smaller model",
  ]);
});

Deno.test("summaryLines() wraps to a narrow terminal but never breaks a fix", () => {
  const narrow = lines(50);
  assert.ok(narrow.includes(FIX));
  for (const line of narrow.filter((one) => one !== FIX)) assert.ok(textWidth(line) <= 50, line);
});
