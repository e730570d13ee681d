import assert from "node:assert/strict";
import { type AgentCall, type Repeat, RepeatWatch } from "../../lib/agent/mod.ts";
import type { ToolOutcome } from "../../lib/tools/mod.ts";

const call = (name: string, args: unknown = {}): AgentCall => ({
  id: "c",
  name,
  argumentsJson: JSON.stringify(args),
  recovered: undefined,
});

const result = (text: string): ToolOutcome => ({ ok: true, result: { text, truncated: false } });

/** Makes calls until one is refused for good; how many ran, and what was said. */
function drive(watch: RepeatWatch, next: (at: number) => [AgentCall, string], most = 100) {
  const said: Repeat[] = [];
  let ran = 0;
  for (let at = 0; at < most; at++) {
    const [one, text] = next(at);
    const before = watch.beforeCall(one);
    if (before !== undefined) {
      said.push(before);
      if (before.stop) break;
      continue;
    }
    ran++;
    const after = watch.afterCall(one, result(text));
    if (after !== undefined) said.push(after);
    if (after?.stop) break;
  }
  return { ran, said: said.map(({ kind, stop }) => `${kind}${stop ? " stop" : ""}`) };
}

Deno.test("RepeatWatch stops the same call before the fifth, blanks and order of keys aside", () => {
  const spellings = ['{"a":1,"b":[2]}', '{ "b": [2], "a": 1 }'];
  const { ran, said } = drive(new RepeatWatch(), (at) => [
    { ...call("search"), argumentsJson: spellings[at % 2] ?? "" },
    "same",
  ]);
  assert.equal(ran, 2);
  assert.deepEqual(said, ["same_result", "same_result stop"]);
});

Deno.test("RepeatWatch tells the same call with other results apart, and stops it too", () => {
  const { ran, said } = drive(new RepeatWatch(), (at) => [call("run_command"), `result ${at}`]);
  assert.equal(ran, 2);
  assert.deepEqual(said, ["same_call", "same_call stop"]);
});

Deno.test("RepeatWatch sees calls that follow each other in a circle", () => {
  for (const length of [2, 3]) {
    const { ran, said } = drive(
      new RepeatWatch(),
      (at) => [call(`t${at % length}`), `result ${at}`],
    );
    assert.equal(ran, length * 3 - 1);
    assert.deepEqual(said, ["cycle", "cycle stop"]);
  }
});

Deno.test("RepeatWatch notices that nothing new is learned", () => {
  const { said } = drive(new RepeatWatch(), (at) => [call("read_file", { at }), "the same page"]);
  assert.deepEqual(said, ["no_progress", "no_progress stop"]);
});

Deno.test("RepeatWatch lets work that gets on alone", () => {
  const { ran, said } = drive(new RepeatWatch(), (at) => [call("read_file", { at }), `page ${at}`]);
  assert.deepEqual([ran, said], [100, []]);
});

Deno.test("RepeatWatch notices words that were said before", () => {
  const watch = new RepeatWatch();
  assert.equal(watch.afterText("I will look.")?.kind, undefined);
  assert.equal(watch.afterText("I  will look. ")?.stop, false);
  assert.equal(watch.afterText("I will look.")?.stop, true);
});
