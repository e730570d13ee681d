import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "smol-toml";
import { keyLines, type KeyPath } from "../../lib/config/toml_lines.ts";

const DOCUMENT = String.raw`# comment with [brackets] and = signs
top = 1
a.b."c.d" = 'x' # [not.a.table]

[ server . "quoted key" ]
text = """
fake = 1
[fake]
\""" still text
"""
literal = '''
other = 2
''''
url = "http://[::1]:80#x" # comment
ports = [
  1, # one
  [2, "]"],
  { deep = true, more = { yes = "}" } },
]

[[models]]
id = "a"
[models.extra]
n = 1
[[models]]
id = "b"
[models.extra]
"n\u0031" = 2
[models.extra.'l.m']
last = 1979-05-27T07:32:00Z`;

const LINES: [KeyPath, number][] = [
  [["top"], 2],
  [["a"], 3],
  [["a", "b", "c.d"], 3],
  [["server"], 5],
  [["server", "quoted key"], 5],
  [["server", "quoted key", "text"], 6],
  [["server", "quoted key", "literal"], 11],
  [["server", "quoted key", "url"], 14],
  [["server", "quoted key", "ports"], 15],
  [["server", "quoted key", "ports", 0], 16],
  [["server", "quoted key", "ports", 1, 1], 17],
  [["server", "quoted key", "ports", 2, "deep"], 18],
  [["server", "quoted key", "ports", 2, "more", "yes"], 18],
  [["models", 0, "id"], 22],
  [["models", 0, "extra", "n"], 24],
  [["models", 1, "id"], 26],
  [["models", 1, "extra", "n1"], 28],
  [["models", 1, "extra", "l.m", "last"], 30],
];

Deno.test("keyLines() finds dotted, quoted and nested keys, tables and arrays of tables", () => {
  parse(DOCUMENT);
  const lineOf = keyLines(DOCUMENT);
  for (const [path, line] of LINES) assert.equal(lineOf(path), line, JSON.stringify(path));
});

Deno.test("keyLines() gives the table of a key that is missing, and nothing for no table", () => {
  const lineOf = keyLines(DOCUMENT);
  assert.equal(lineOf(["models", 1, "extra", "l.m", "missing"]), 29);
  assert.equal(lineOf(["fake"]), undefined);
  assert.equal(lineOf(["other"]), undefined);
});

Deno.test("keyLines() works with Windows line ends", () => {
  const lineOf = keyLines("a = 1\r\n[b]\r\nc = 2\r\n");
  assert.equal(lineOf(["b", "c"]), 3);
});

const key = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/),
  fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text).replaceAll("\x7f", "\\u007f")),
);
const value = fc.constantFrom(
  "1",
  '"x # ] }"',
  "'''\n[z]\n'''",
  "[1, 2,\n 3]",
  "[1 # ], a = [\n, 2]",
  "{ x = [1], y.z = 2 }",
  '"""\n\\"""\nq = 1"""',
  "1.5e3 # c",
);

Deno.test("keyLines() finds the line of every key of any document that parses", () => {
  const line = fc.oneof(
    fc.tuple(key, value).map(([name, text]) => ({ name, text: `${name} = ${text}` })),
    fc.constant({ name: undefined, text: "# a = 1" }),
  );
  fc.assert(fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
    const names = lines.map(({ name }) => name === undefined ? undefined : plain(name));
    fc.pre(new Set(names.filter(Boolean)).size === names.filter(Boolean).length);
    fc.pre(!names.includes(""));
    const text = lines.map((entry) => entry.text).join("\n");
    parse(text);
    const lineOf = keyLines(text);
    let at = 1;
    for (const [index, entry] of lines.entries()) {
      const name = names[index];
      if (name !== undefined) assert.equal(lineOf([name]), at, text);
      at += entry.text.split("\n").length;
    }
  }));
});

function plain(name: string): string {
  return name.startsWith('"') ? String(JSON.parse(name)) : name;
}
