import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveExisting, validatePath } from "../../../lib/tools/files/paths.ts";
import { ValidationError } from "../../../lib/tools/mod.ts";
import { withTempDir } from "../../support/state.ts";

const ROOT = "/work/repo";

Deno.test("validatePath() returns absolute and relative of every clean spelling", () => {
  const cases: [string, string][] = [
    ["src/a.py", "src/a.py"],
    ["./src//a.py", "src/a.py"],
    ["src/../src/a.py", "src/a.py"],
    ["/work/repo/src/a.py", "src/a.py"],
    ["", "."],
    [".", "."],
    ["/work/repo", "."],
    ["...", "..."],
    ["a..b/..c", "a..b/..c"],
    ["dir with blank/ünïcode.txt", "dir with blank/ünïcode.txt"],
  ];
  for (const [given, relative] of cases) {
    const absolute = relative === "." ? ROOT : `${ROOT}/${relative}`;
    assert.deepEqual(validatePath(ROOT, given), [absolute, relative], given);
  }
});

Deno.test("validatePath() refuses what leaves the repository or is no ordinary name", () => {
  const refused = [
    "../x",
    "src/../../x",
    "/etc/passwd",
    "/work/repo2/x",
    "/work/repo/../x",
    "~/x",
    "C:/x",
    "a\0b",
    "a\nb",
    "a\x1b[2Jb",
    "a\u202eb",
    "a\u200bb",
    "a\\b",
    "con",
    "src/NUL.txt",
    "lpt1.log",
    "x".repeat(2000),
  ];
  for (const path of refused) {
    assert.throws(() => validatePath(ROOT, path), ValidationError, JSON.stringify(path));
  }
});

Deno.test("validatePath() never leaves the root, whatever it is given", () => {
  const piece = fc.oneof(
    fc.constantFrom("..", ".", "/", "~", "\\", "\0", "a", "C:", "//", "%2e%2e", "\u2024\u2024"),
    fc.string({ maxLength: 6, unit: "binary" }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
    try {
      const [absolute, relative] = validatePath(ROOT, pieces.join("/"));
      assert.ok(absolute === ROOT || absolute.startsWith(`${ROOT}/`));
      assert.ok(!relative.split("/").includes(".."));
      assert.equal(
        new URL(`file://${encodeURI(absolute)}`).pathname.startsWith("/work/repo"),
        true,
      );
    } catch (error) {
      assert.ok(error instanceof ValidationError);
    }
  }));
});

function withTree(body: (root: string) => Promise<void>): Promise<void> {
  return withTempDir(async (dir) => {
    const root = await Deno.realPath(dir) + "/repo";
    await Deno.mkdir(`${root}/src`, { recursive: true });
    await Deno.writeTextFile(`${root}/src/main.py`, "x = 1\n");
    await Deno.writeTextFile(`${dir}/outside.txt`, "outside\n");
    await body(root);
  });
}

Deno.test("resolveExisting() follows a link that stays inside and no other", () =>
  withTree(async (root) => {
    await Deno.symlink("src/main.py", `${root}/inside`);
    await Deno.symlink("../outside.txt", `${root}/out`);
    await Deno.symlink("..", `${root}/up`);
    await Deno.symlink("loop", `${root}/loop`);
    assert.equal((await resolveExisting(root, "inside")).absolute, `${root}/src/main.py`);
    for (const path of ["out", "up/outside.txt", "up"]) {
      await assert.rejects(resolveExisting(root, path), /leads out of the repository/, path);
    }
    await assert.rejects(resolveExisting(root, "loop"), ValidationError);
  }));

Deno.test("resolveExisting() names what is near a path that is not there", () =>
  withTree(async (root) => {
    await assert.rejects(
      resolveExisting(root, "src/mian.py"),
      (error) =>
        error instanceof ValidationError && error.message === 'There is no "src/mian.py"' &&
        error.recoverySuggestion === 'Did you mean "src/main.py"?',
    );
    await assert.rejects(resolveExisting(root, "src/main.py/x"), /There is no/);
    await assert.rejects(resolveExisting(root, "nowhere/at/all"), /There is no/);
  }));

Deno.test("resolveExisting() refuses devices, sockets and pipes", () =>
  withTree(async (root) => {
    using _listener = Deno.listen({ transport: "unix", path: `${root}/socket` });
    await assert.rejects(resolveExisting(root, "socket"), /a device, a socket or a pipe/);
  }));
