import assert from "node:assert/strict";
import { costOf, SessionTracer } from "../../lib/trace/mod.ts";

const PRICES = [
  { model: "gpt-5*", input: 1.25, output: 10 },
  { model: "gpt-5-mini*", input: 0.5, output: 4 },
  { model: "gpt-5-mini", input: 0.25, output: 2, cached: 0.025 },
  { model: "free", input: 0, output: 0 },
];
const usage = (input: number | null, output: number | null, cached?: number) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: null,
  ...cached === undefined ? {} : { cache_read_tokens: cached },
});

Deno.test("costOf() takes the exact name, then the longest pattern, and invents nothing", () => {
  assert.equal(costOf(PRICES, "gpt-5-mini", usage(1_000_000, 100_000)), 0.45);
  assert.equal(costOf(PRICES, "gpt-5-mini-2025", usage(1_000_000, 100_000)), 0.9);
  assert.equal(costOf(PRICES, "gpt-5.1", usage(1_000_000, 100_000)), 2.25);
  assert.equal(costOf(PRICES, "my-gpt-5", usage(1_000_000, 0)), null);
  assert.equal(costOf(PRICES, "free", usage(5, 5)), 0);
  assert.equal(costOf(PRICES, "free", usage(5, null)), null);
  assert.equal(costOf(PRICES, "gpt-5-mini", usage(1_000_000, 0, 400_000)), 0.16);
  assert.equal(costOf(PRICES, "gpt-5.1", usage(1_000_000, 0, 400_000)), 1.25);
  assert.equal(costOf(PRICES, "gpt-5-mini", usage(10, 0, 400_000)), 10 * 0.025 / 1e6);
});

Deno.test("costOf() takes only the * of a name for a pattern", () => {
  const prices = [{ model: "a.b*", input: 1, output: 1 }];
  assert.equal(costOf(prices, "axb", usage(1, 1)), null);
  assert.equal(costOf(prices, "a.b\nc", usage(1_000_000, 0)), 1);
});

Deno.test("SessionTracer fills the cost of model events that tell none", () => {
  const tracer = new SessionTracer({ prices: PRICES });
  tracer.startSession();
  const event = {
    event_type: "cais",
    system_instance_id: "llm",
    model_name: "gpt-5-mini",
    input_tokens: 1_000_000,
    output_tokens: 100_000,
  } as const;
  tracer.recordEvent(event);
  tracer.recordEvent({ ...event, cost_usd: 7 });
  tracer.recordEvent({ ...event, model_name: "smollm2" });
  const costs = tracer.endSession().event_history.map((one) =>
    one.event_type === "cais" ? one.cost_usd : undefined
  );
  assert.deepEqual(costs, [0.45, 7, null]);
});
