import assert from "node:assert/strict";
import { parseToolArguments } from "../../lib/models/mod.ts";

const SCHEMA = {
  type: "object",
  properties: { path: { type: "string" }, lines: { type: ["integer", "null"] } },
  required: ["path"],
  additionalProperties: false,
};

Deno.test("parseToolArguments() gives the object that fits", () => {
  assert.deepEqual(parseToolArguments('{"path":"a","lines":null}', SCHEMA), {
    ok: true,
    value: { path: "a", lines: null },
  });
});

const REFUSED: readonly (readonly [text: string, problem: RegExp])[] = [
  ["", /^not JSON/],
  ['{"path":"a"', /^not JSON/],
  ["[]", /^an array where an object is due$/],
  ["null", /^null where an object is due$/],
  ['"{\\"path\\":\\"a\\"}"', /^a string where an object is due$/],
  ["{}", /^arguments: .*required property "path"$/],
  ['{"path":"a","lines":"5"}', /^lines: .*"string".*"integer/],
  ['{"path":"a","mode":1}', /"mode"/],
];

for (const [text, problem] of REFUSED) {
  Deno.test(`parseToolArguments() refuses ${JSON.stringify(text)}`, () => {
    const parsed = parseToolArguments(text, SCHEMA);
    assert.ok(!parsed.ok);
    assert.match(parsed.error, problem);
  });
}
