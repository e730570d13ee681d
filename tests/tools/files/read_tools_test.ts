import assert from "node:assert/strict";
import type { AnyTool, ToolResult } from "../../../lib/tools/mod.ts";
import { ValidationError } from "../../../lib/tools/mod.ts";
import { createListFiles } from "../../../lib/tools/files/list_files.ts";
import { createReadFile } from "../../../lib/tools/files/read_file.ts";
import { createSearch } from "../../../lib/tools/files/search.ts";
import { withTempDir } from "../../support/state.ts";

const never = new AbortController().signal;

function run(tool: AnyTool, args: Record<string, unknown>): Promise<ToolResult> {
  return tool.run(tool.schema.parse(args), never);
}

/** A repository with these files; a name that ends in `@` is a link to its content. */
function withFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (root: string) => Promise<void>,
): Promise<void> {
  return withTempDir(async (dir) => {
    const root = await Deno.realPath(dir);
    for (const [name, content] of Object.entries(files)) {
      const path = `${root}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      if (name.endsWith("@")) await Deno.symlink(String(content), path.slice(0, -1));
      else if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    await body(root);
  });
}

const lines = (result: ToolResult) => result.text.split("\n").slice(1);

Deno.test("list_files respects ignore files as git does and follows no link", () =>
  withFiles({
    ".gitignore": "*.log\n/build/\nnode_modules\n",
    "src/.gitignore": "!keep.log\nsecret/\n",
    ".git/config": "",
    ".git/info/exclude": "excluded.txt\n",
    "excluded.txt": "",
    "a.log": "",
    "build/out.js": "",
    "src/build/in.js": "",
    "src/keep.log": "",
    "src/other.log": "",
    "src/secret/x.txt": "",
    "src/main.py": "",
    "pkg/node_modules/m/index.js": "",
    "link@": "src",
  }, async (root) => {
    assert.deepEqual(lines(await run(createListFiles(root), {})), [
      ".gitignore",
      "link@",
      "src/.gitignore",
      "src/build/in.js",
      "src/keep.log",
      "src/main.py",
    ]);
    assert.deepEqual(lines(await run(createListFiles(root), { path: "src", glob: "*.py" })), [
      "src/main.py",
    ]);
    assert.deepEqual(lines(await run(createListFiles(root), { path: "src", depth: 1 })), [
      "src/.gitignore",
      "src/build/",
      "src/keep.log",
      "src/main.py",
    ]);
  }));

Deno.test("list_files cuts a long list and says how to get the rest", () =>
  withFiles(
    Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${1000 + i}.txt`, ""])),
    async (root) => {
      const result = await run(createListFiles(root), {});
      assert.equal(result.truncated, true);
      assert.match(result.text, /^600 files\n/);
      assert.match(result.text, /\[cut: 200 lines, \d+ characters\. Name a directory or a glob/);
    },
  ));

Deno.test("list_files sends a file to read_file", () =>
  withFiles({ "a.txt": "x" }, async (root) => {
    await assert.rejects(run(createListFiles(root), { path: "a.txt" }), /"a\.txt" is a file/);
  }));

Deno.test("read_file numbers lines and gives ranges of every line end", () =>
  withFiles(
    { "lf.txt": "one\ntwo\nthree", "crlf.txt": "one\r\ntwo\r\n", "empty.txt": "" },
    async (root) => {
      const read = createReadFile(root);
      assert.equal(
        (await run(read, { path: "lf.txt" })).text,
        "lf.txt, lines 1-3 of 3\n1 one\n2 two\n3 three",
      );
      assert.equal(
        (await run(read, { path: "lf.txt", start: 2, end: 9 })).text,
        "lf.txt, lines 2-3 of 3\n2 two\n3 three",
      );
      assert.equal(
        (await run(read, { path: "crlf.txt" })).text,
        "crlf.txt, lines 1-2 of 2\n1 one\n2 two",
      );
      assert.equal((await run(read, { path: "empty.txt" })).text, '"empty.txt" is empty');
      await assert.rejects(run(read, { path: "lf.txt", start: 4 }), /there is no line 4/);
      await assert.rejects(
        run(read, { path: "lf.txt", start: 3, end: 2 }),
        /ends before it starts/,
      );
    },
  ));

Deno.test("read_file refuses directories, binary and other files that are no text", () =>
  withFiles({
    "dir/x": "",
    "zero.bin": new Uint8Array([65, 0, 66]),
    "latin.txt": new Uint8Array([0x41, 0xe9, 0x42]),
    "big.txt": "x".repeat(11 * 1024 * 1024),
  }, async (root) => {
    const read = createReadFile(root);
    await assert.rejects(run(read, { path: "dir" }), /is a directory/);
    await assert.rejects(run(read, { path: "zero.bin" }), /is a binary file/);
    await assert.rejects(run(read, { path: "latin.txt" }), /is not UTF-8 text/);
    await assert.rejects(run(read, { path: "big.txt" }), /has 11 MiB, which is too much/);
  }));

Deno.test("read_file and search show no secrets, and examples of them they do", () =>
  withFiles({
    ".env": "KEY=needle\n",
    ".env.example": "KEY=needle\n",
    "deploy/id_rsa": "needle\n",
    "certs/server.pem": "needle\n",
    ".aws/credentials": "needle\n",
  }, async (root) => {
    const read = createReadFile(root);
    for (const path of [".env", "deploy/id_rsa", "certs/server.pem", ".aws/credentials"]) {
      await assert.rejects(run(read, { path }), /may hold secrets/, path);
    }
    assert.match((await run(read, { path: ".env.example" })).text, /needle/);
    const found = await run(createSearch(root), { pattern: "needle" });
    assert.deepEqual(lines(found), [".env.example:1: KEY=needle"]);
  }));

Deno.test("read_file cuts a long file and the range that it names goes on where it stopped", () =>
  withFiles(
    { "long.txt": Array.from({ length: 1200 }, (_, i) => `line ${i + 1}`).join("\n") },
    async (root) => {
      const read = createReadFile(root);
      const first = await run(read, { path: "long.txt" });
      assert.equal(first.truncated, true);
      const start = Number(/"start": (\d+)/.exec(first.text)?.[1]);
      assert.equal(start, 501);
      assert.match(first.text, / 500 line 500\n/);
      assert.match((await run(read, { path: "long.txt", start })).text, /\n 501 line 501\n/);
    },
  ));

Deno.test("search finds by text, expression, case, glob and path, with line numbers", () =>
  withFiles({
    "src/a.py": "import os\nvalue = os.sep\n",
    "src/b.ts": "const value = 1;\r\nVALUE\n",
    "bin.dat": new Uint8Array([0, 118, 97, 108, 117, 101]),
  }, async (root) => {
    const search = createSearch(root);
    assert.deepEqual(lines(await run(search, { pattern: "value" })), [
      "src/a.py:2: value = os.sep",
      "src/b.ts:1: const value = 1;",
    ]);
    assert.deepEqual(
      lines(await run(search, { pattern: "VALUE", ignore_case: true, glob: "*.ts" })),
      [
        "src/b.ts:1: const value = 1;",
        "src/b.ts:2: VALUE",
      ],
    );
    assert.deepEqual(lines(await run(search, { pattern: "^import \\w+$", path: "src/a.py" })), [
      "src/a.py:1: import os",
    ]);
    assert.deepEqual(lines(await run(search, { pattern: "os.sep", literal: true })), [
      "src/a.py:2: value = os.sep",
    ]);
    assert.equal(
      (await run(search, { pattern: "nowhere" })).text,
      'No line matches "nowhere" in 3 files',
    );
    await assert.rejects(run(search, { pattern: "(" }), ValidationError);
    await assert.rejects(run(search, { pattern: "" }), ValidationError);
  }));

Deno.test("search ends in time on an expression that would run away", () =>
  withFiles({ "a.txt": `${"a".repeat(50_000)}!\n` }, async (root) => {
    const search = createSearch(root);
    for (const pattern of ["(a+)+$", "(a|aa)+$", "a*a*a*a*b", "(.*)*x"]) {
      const start = performance.now();
      await run(search, { pattern });
      assert.ok(performance.now() - start < 5_000, pattern);
    }
  }));

Deno.test("search cuts after many matches and says so", () =>
  withFiles({ "a.txt": "match\n".repeat(500) }, async (root) => {
    const result = await run(createSearch(root), { pattern: "match" });
    assert.equal(result.truncated, true);
    assert.match(result.text, /^more than 200 matches/);
    assert.match(result.text, /\[cut after 200 matches/);
  }));

Deno.test("search stops when it is aborted", () =>
  withFiles(
    Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`d/f${i}`, "x\n"])),
    async (root) => {
      const stop = new AbortController();
      stop.abort(new Error("stopped"));
      const search = createSearch(root);
      await assert.rejects(
        search.run(search.schema.parse({ pattern: "nowhere" }) as never, stop.signal),
        /stopped/,
      );
    },
  ));
