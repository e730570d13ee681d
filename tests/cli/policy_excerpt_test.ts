import assert from "node:assert/strict";
import fc from "fast-check";
import { excerpt, visible } from "../../lib/cli/policy_excerpt.ts";
import { textWidth } from "../../lib/cli/text_width.ts";

Deno.test("excerpt() marks the part of the line", () => {
  assert.deepEqual(excerpt("ls && rm -rf /", 6, 14, 80), {
    text: "ls && rm -rf /",
    marks: "      ^^^^^^^^",
  });
  assert.deepEqual(excerpt("a\nbb cc\nd", 5, 7, 80), { text: "bb cc", marks: "   ^^" });
  assert.deepEqual(excerpt("if x\nthen y\nfi", 0, 14, 80), { text: "if x …", marks: "^^^^" });
  assert.deepEqual(excerpt("", 0, 0, 80), { text: "", marks: "^" });
});

Deno.test("excerpt() counts columns, not characters", () => {
  assert.deepEqual(excerpt("echo 日本 x", 8, 9, 80), { text: "echo 日本 x", marks: "          ^" });
  assert.deepEqual(excerpt("ls\u202e x", 2, 3, 80), {
    text: "ls<U+202E> x",
    marks: "  ^^^^^^^^",
  });
});

Deno.test("excerpt() cuts a long line around the part", () => {
  const command = `${"a".repeat(100)} rm ${"b".repeat(100)}`;
  const { text, marks } = excerpt(command, 101, 103, 40);
  assert.match(text, /^…a{19} rm b+…$/);
  assert.equal(text.slice(marks.indexOf("^"), marks.length), "rm");
});

Deno.test("visible() shows every character that hides, moves or turns text", () => {
  assert.equal(
    visible("a\u0000\u001b[2J\u200b\u202e\u00a0\ufeff\ud800\r\n\tb"),
    "a<U+0000><U+001B>[2J<U+200B><U+202E><U+00A0><U+FEFF><U+D800><U+000D>⏎ b",
  );
});

Deno.test("excerpt() never throws, breaks a line or goes past the columns", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.nat(220),
      fc.nat(220),
      fc.integer({ min: 30, max: 100 }),
      (command, a, b, columns) => {
        const { text, marks } = excerpt(command, Math.min(a, b), Math.max(a, b), columns);
        assert.doesNotMatch(text + marks, /\p{Cc}/u);
        assert.ok(textWidth(text) <= columns && textWidth(marks) <= columns, text);
      },
    ),
  );
});
