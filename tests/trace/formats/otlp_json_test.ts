import assert from "node:assert/strict";
import fc from "fast-check";
import { fromOtlpJson, isOtlp, toOtlpJson } from "../../../lib/trace/formats/otlp_json.ts";
import { archivedTrace } from "../../support/trace_archives.ts";

const RESOURCE = { owllmVersion: "0.0.0-test", project: "owllm" };
const PLACE = { file: "spans.json" };

Deno.test("fromOtlpJson() of toOtlpJson() restores any session", () =>
  fc.assert(fc.property(archivedTrace, (trace) => {
    const data = JSON.parse(toOtlpJson(trace, RESOURCE));
    assert.ok(isOtlp(data));
    assert.deepEqual(fromOtlpJson(data, PLACE), trace);
  })));

Deno.test("toOtlpJson() writes a span for the session and each step, event and foreign span", () => {
  for (const trace of fc.sample(archivedTrace, { numRuns: 20, seed: 5 })) {
    const [resource] = JSON.parse(toOtlpJson(trace, RESOURCE)).resourceSpans;
    const spans = resource.scopeSpans.flatMap((scope: { spans: unknown[] }) => scope.spans);
    const { time_steps, event_history } = trace.session;
    assert.equal(spans.length, 1 + time_steps.length + event_history.length + trace.spans.length);
  }
});

Deno.test("fromOtlpJson() refuses spans that are not owllm's", () => {
  const data = { resourceSpans: [{ scopeSpans: [{ spans: [{ name: "other" }] }] }] };
  assert.throws(() => fromOtlpJson(data, PLACE), /expected spans with a session in "owllm.record"/);
});
