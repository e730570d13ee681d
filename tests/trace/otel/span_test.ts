import assert from "node:assert/strict";
import { NAMES } from "../../../lib/trace/otel/names.ts";
import { fromHrTime, hrTime } from "../../../lib/trace/otel/span.ts";

Deno.test("hrTime() and fromHrTime() are exact to the microsecond", () => {
  assert.deepEqual(hrTime(1_700_000_000.123456), [1_700_000_000, 123_456_000]);
  assert.equal(fromHrTime([1_700_000_000, 500_000_000]), 1_700_000_000.5);
});

Deno.test("NAMES has each name once", () => {
  const names = Object.values(NAMES).flat();
  assert.equal(new Set(names).size, names.length);
});
