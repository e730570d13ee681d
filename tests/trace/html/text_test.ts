import assert from "node:assert/strict";
import fc from "fast-check";
import { formatMs, prettyJson, visible } from "../../../lib/trace/html/page/text.js";

Deno.test("visible() spells out what would be hidden, and leaves emoji and line breaks", () => {
  assert.equal(visible("a\u202Eb\u001b[0m\u200B\u{E0041}"), "a[U+202E]b[ESC][0m[U+200B][U+E0041]");
  const family = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";
  assert.equal(visible(`${family}\n\tآب\u200Cها`), `${family}\n\tآب\u200Cها`);
  assert.equal(visible("\uD800x"), "[U+D800]x");
});

Deno.test("prettyJson() indents JSON and changes no word of it", () => {
  assert.equal(
    prettyJson('{"a":[1.0,{}],"b":"x,{ y"}'),
    '{\n  "a": [\n    1.0,\n    {}\n  ],\n  "b": "x,{ y"\n}',
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.deepEqual(
      JSON.parse(prettyJson(JSON.stringify(value))),
      JSON.parse(JSON.stringify(value)),
    );
  }));
  // A text that is cut in the middle of a word keeps what there is.
  assert.equal(prettyJson('{"a":"b\\'), '{\n  "a": "b\\');
});

Deno.test("formatMs() tells durations from microseconds to hours", () => {
  assert.deepEqual(
    [0, 3.21, 250, 5460, 16_400, 303_000, 7_500_000].map((ms) => formatMs(ms)),
    ["0.0 ms", "3.2 ms", "250 ms", "5.46 s", "16.4 s", "5 min 03 s", "2 h 05 min"],
  );
});
