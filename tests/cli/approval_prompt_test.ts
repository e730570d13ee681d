import assert from "node:assert/strict";
import {
  keysOf,
  onKey,
  promptLine,
  type PromptState,
  type PromptStep,
} from "../../lib/cli/approval_prompt.ts";
import { createStyle } from "../../lib/cli/output.ts";

const HOW = { style: createStyle(false), columns: 80 };

/** Presses keys one after the other; what the last one led to. */
function press(keys: string): PromptStep {
  let state: PromptState = { mode: "choose" };
  let step: PromptStep = { state };
  for (const key of keysOf(keys)) {
    step = onKey(state, key);
    if (!("state" in step)) return step;
    state = step.state;
  }
  return step;
}

Deno.test("onKey() takes each answer by a key of its own, in either case", () => {
  const cases: [string, PromptStep][] = [
    ["y", { answer: { approved: true, scope: "once" } }],
    ["Y", { answer: { approved: true, scope: "once" } }],
    ["s", { answer: { approved: true, scope: "session" } }],
    ["a", { answer: { approved: true, scope: "always" } }],
    ["q", { stop: true }],
    ["\x03", { stop: true }],
    ["\x04", { stop: true }],
  ];
  for (const [keys, expected] of cases) assert.deepEqual(press(keys), expected, keys);
});

Deno.test("onKey() takes no other key for a yes", () => {
  for (const keys of ["\r", "\n", " ", "j", "\x1b[A", "\x1bOP", "é", "1", "\x7f", "\r\r\r"]) {
    assert.deepEqual(press(keys), { state: { mode: "choose" } }, JSON.stringify(keys));
  }
});

Deno.test("onKey() asks why not, and may be told nothing", () => {
  assert.deepEqual(press("n"), { state: { mode: "reason", typed: "" } });
  assert.deepEqual(press("n\r"), { answer: { approved: false, scope: "once" } });
  assert.deepEqual(press("n   \r"), { answer: { approved: false, scope: "once" } });
  assert.deepEqual(press("nUse pipé\x7f\x7f.\r"), {
    answer: { approved: false, scope: "once", remark: "Use pi." },
  });
});

Deno.test("onKey() takes y in a reason for a letter, and Ctrl-C for the end", () => {
  assert.deepEqual(press("nyes"), { state: { mode: "reason", typed: "yes" } });
  assert.deepEqual(press("nno\x1b[D\x1b[A\x07"), { state: { mode: "reason", typed: "no" } });
  assert.deepEqual(press("nno\x03"), { stop: true });
});

Deno.test("promptLine() names every key, and shows a reason harmless", () => {
  const line = promptLine({ mode: "choose" }, HOW);
  for (const key of ["y once", "s in this run", "a always", "n no", "q stop"]) {
    assert.ok(line.includes(key), key);
  }
  const typed = promptLine({ mode: "reason", typed: "a\u202eb" }, HOW);
  assert.ok(!typed.includes("\u202e"));
});
