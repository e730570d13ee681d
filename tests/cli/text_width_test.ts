import assert from "node:assert/strict";
import fc from "fast-check";
import {
  padEnd,
  printable,
  textWidth,
  truncate,
  verbatim,
  wrap,
} from "../../lib/cli/text_width.ts";

Deno.test("textWidth() counts columns of wide, combining and styled text", () => {
  const cases: [string, number][] = [
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["a\u200Bb", 2],
    ["🧑‍🚀", 2],
    ["\x1b[31mred\x1b[39m", 3],
    ["한글", 4],
    ["–✓✗!", 4],
    ["", 0],
  ];
  for (const [text, width] of cases) assert.equal(textWidth(text), width, JSON.stringify(text));
});

Deno.test("printable() lets no server move the cursor or break the line", () => {
  assert.equal(printable("a\x1b[2J\nb\t\x07c\x9b1A"), "a\uFFFD[2J b \uFFFDc\uFFFD1A");
  assert.equal(verbatim("a  b\x1b]52;c;x\x07"), "a  b\uFFFD]52;c;x\uFFFD");
  assert.equal(verbatim("a\u202Eb\u2066c\u200Fd\u2028e"), "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
});

Deno.test("truncate() and padEnd() end at the column, also in the middle of a wide sign", () => {
  assert.equal(truncate("日本語", 4), "日…");
  assert.equal(truncate("abcdef", 6), "abcdef");
  assert.equal(padEnd("日", 4), "日  ");
});

Deno.test("wrap() never goes past the width and loses no word", () => {
  fc.assert(fc.property(
    fc.array(fc.stringMatching(/^[a-z日本🧑é]{1,30}$/u), { maxLength: 12 }),
    fc.integer({ min: 8, max: 60 }),
    (words, columns) => {
      const lines = wrap(words.join(" "), columns);
      assert.ok(lines.every((line) => textWidth(line) <= columns), JSON.stringify(lines));
      assert.equal(lines.join("").replaceAll(" ", ""), words.join(""));
    },
  ));
});
