import assert from "node:assert/strict";
import fc from "fast-check";
import { truncate } from "../../lib/tools/mod.ts";

Deno.test("truncate() leaves a text that fits as it is", () => {
  assert.deepEqual(truncate("a\nb", { maxChars: 3, rest: "x" }), ["a\nb", false]);
});

Deno.test("truncate() cuts at a line and says what was cut and how to get it", () => {
  const [text, cut] = truncate("one\ntwo\nthree\nfour", { maxChars: 9, rest: "Read on" });
  assert.equal(text, "one\ntwo\n[cut: 2 lines, 11 characters. Read on]");
  assert.equal(cut, true);
});

Deno.test("truncate() keeps both ends where the end matters", () => {
  const all = Array.from({ length: 100 }, (_, i) => `line ${i}`).join("\n");
  const [text] = truncate(all, { maxChars: 60, keep: "ends", rest: "Filter it" });
  assert.match(text, /^line 0\n.*\[cut: \d+ lines.*\].*line 99$/s);
});

Deno.test("truncate() never splits a character and never grows past its limit", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 30 }),
    fc.integer({ min: 1, max: 80 }),
    fc.constantFrom("start" as const, "ends" as const),
    (parts, maxChars, keep) => {
      const whole = parts.join("\n");
      const [text, cut] = truncate(whole, { maxChars, keep, rest: "r" });
      if (!cut) return assert.equal(text, whole);
      assert.ok(text.isWellFormed() || !whole.isWellFormed());
      const kept = text.replace(/\n?\[cut: \d+ lines, \d+ characters\. r\]\n?/, "");
      assert.ok(kept.length <= maxChars + 1, `${kept.length} of ${maxChars}`);
    },
  ));
});
