import assert from "node:assert/strict";
import { createStyle } from "../../lib/cli/output.ts";
import { tableLines } from "../../lib/cli/table.ts";

const style = createStyle(false);
const COLUMNS = [{ title: "ID" }, { title: "SIZE", align: "right" }, { title: "FROM" }] as const;
const ROWS = [["short", "9 MiB", "seen"], ["a-very-long-name-of-a-model", "12 MiB", ""]];

Deno.test("tableLines() aligns columns where there is room", () => {
  assert.deepEqual(tableLines(COLUMNS, ROWS, { columns: 80, style }), [
    "ID                             SIZE  FROM",
    "short                         9 MiB  seen",
    "a-very-long-name-of-a-model  12 MiB",
  ]);
});

Deno.test("tableLines() gives a long name a line of its own, and never cuts one", () => {
  assert.deepEqual(
    tableLines(COLUMNS, ROWS, { columns: 26, style }),
    [
      "ID              SIZE  FROM",
      "short          9 MiB  seen",
      "a-very-long-name-of-a-model",
      "              12 MiB",
    ],
  );
});

Deno.test("tableLines() puts cells below the name on a very narrow terminal", () => {
  assert.deepEqual(tableLines(COLUMNS, ROWS, { columns: 20, style }), [
    "short",
    "  size 9 MiB, from",
    "  seen",
    "a-very-long-name-of-a-model",
    "  size 12 MiB",
  ]);
});
