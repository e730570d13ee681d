import assert from "node:assert/strict";
import { joinToolCalls } from "../../lib/models/stream_join.ts";
import type { ToolCallDelta } from "../../lib/models/mod.ts";

/** Pieces as `id name arguments` joined: what an agent would see. */
function joined(...pieces: readonly Partial<ToolCallDelta>[]): string[] {
  return joinToolCalls(pieces.map((piece) => ({ argumentsForm: "string", ...piece })))
    .map(({ id, name, arguments: text }) => `${id}:${name}${text}`);
}

Deno.test("joinToolCalls() joins pieces by index", () => {
  assert.deepEqual(
    joined(
      { index: 0, id: "a", name: "f", arguments: "" },
      { index: 1, id: "b", name: "g", arguments: "" },
      { index: 0, arguments: '{"x"' },
      { index: 1, arguments: "{}" },
      { index: 0, arguments: ":1}" },
    ),
    ['a:f{"x":1}', "b:g{}"],
  );
});

Deno.test("joinToolCalls() keeps calls apart that share index 0", () => {
  assert.deepEqual(
    joined(
      { index: 0, id: "a", name: "f", arguments: "{}" },
      { index: 0, id: "b", name: "g", arguments: "{}" },
    ),
    ["a:f{}", "b:g{}"],
  );
});

Deno.test("joinToolCalls() joins pieces by id where there is no index", () => {
  assert.deepEqual(
    joined(
      { id: "a", name: "f", arguments: '{"x"' },
      { id: "b", name: "g", arguments: "{}" },
      { id: "a", arguments: ":1}" },
    ),
    ['a:f{"x":1}', "b:g{}"],
  );
});

Deno.test("joinToolCalls() keeps whole calls apart that share an id", () => {
  assert.deepEqual(
    joined(
      { id: "0", name: "f", arguments: '{"x":1}' },
      { id: "0", name: "f", arguments: '{"x":2}' },
    ),
    ['0:f{"x":1}', '0:f{"x":2}'],
  );
});

Deno.test("joinToolCalls() continues the last call by pieces with neither", () => {
  assert.deepEqual(
    joined(
      { name: "f", arguments: "" },
      { arguments: "{}" },
      { name: "g", arguments: "" },
      { arguments: '{"y":2}' },
    ),
    [":f{}", ':g{"y":2}'],
  );
});
