import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonDiff } from "../../../lib/trace/query/json_diff.ts";

Deno.test("jsonDiff() names each place that differs by its path", () => {
  const from = { path: "a.ts", edits: [{ text: "x", line: 1 }, { text: "y" }], gone: null };
  const to = { path: "b.ts", edits: [{ text: "x", line: 2 }], "odd key": true };
  assert.deepEqual(jsonDiff(from, to, 20), [
    { path: "path", from: "a.ts", to: "b.ts" },
    { path: "edits[0].line", from: 1, to: 2 },
    { path: "edits[1]", from: { text: "y" }, to: undefined },
    { path: "gone", from: null, to: undefined },
    { path: '["odd key"]', from: undefined, to: true },
  ]);
  assert.deepEqual(jsonDiff([1], { 0: 1 }, 20), [{ path: "", from: [1], to: { 0: 1 } }]);
  assert.equal(jsonDiff(from, to, 2).length, 2);
  assert.deepEqual(jsonDiff({}, JSON.parse('{"__proto__":1}'), 20).length, 1);
});

Deno.test("jsonDiff() finds nothing between equal values, and something between others", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const copy = JSON.parse(JSON.stringify(a));
    assert.deepEqual(jsonDiff(JSON.parse(JSON.stringify(a)), copy, 20), []);
    const other = JSON.parse(JSON.stringify(b));
    const equal = JSON.stringify(sorted(copy)) === JSON.stringify(sorted(other));
    assert.equal(jsonDiff(copy, other, 20).length === 0, equal);
  }));
});

/** The same value with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return { entries: entries.map(([key, inner]) => [key, sorted(inner)]) };
}
