import assert from "node:assert/strict";
import { hostFiles, MAX_NAMES } from "../../lib/sandbox/mod.ts";
import { withTempDir } from "../support/state.ts";

const files = hostFiles();

Deno.test("hostFiles() follows links, also those whose target is not there", () =>
  withTempDir(async (temp) => {
    const dir = await Deno.realPath(temp);
    await Deno.mkdir(`${dir}/real/deep`, { recursive: true });
    await Deno.symlink(`${dir}/real`, `${dir}/link`);
    await Deno.symlink("../outside/new.txt", `${dir}/real/dangling`);
    await Deno.symlink(`${dir}/loop`, `${dir}/loop`);
    assert.equal(files.realPath(`${dir}/link/deep`), `${dir}/real/deep`);
    assert.equal(files.realPath(`${dir}/link/none/x.txt`), `${dir}/real/none/x.txt`);
    assert.equal(files.realPath(`${dir}/link/none/../x/`), `${dir}/real/x`);
    assert.equal(files.realPath(`${dir}/link/dangling`), `${dir}/outside/new.txt`);
    assert.equal(files.realPath(`${dir}/link/deep/../../real`), `${dir}/real`);
    assert.ok(files.realPath(`${dir}/loop/x`).startsWith(dir));
    assert.equal(files.realPath("/"), "/");
    assert.equal(files.realPath("/no-such-directory/x"), "/no-such-directory/x");
  }));

Deno.test("hostFiles() tells kinds, lists names and reads text, and never throws", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/.text`, "größe");
    await Deno.writeFile(`${dir}/binary`, new Uint8Array([0xff, 0xfe]));
    assert.deepEqual([...files.list(dir) ?? []].sort(), [".text", "binary"]);
    assert.equal(files.list(`${dir}/.text`), undefined);
    assert.equal(files.kind(`${dir}/.text`), "file");
    assert.equal(files.kind(dir), "directory");
    assert.equal(files.kind("/dev/null"), "other");
    assert.equal(files.kind(`${dir}/none`), undefined);
    assert.equal(files.kind(`${dir}/.text/below`), undefined);
    assert.equal(files.readText(`${dir}/.text`, 7), "größe");
    assert.equal(files.readText(`${dir}/.text`, 6), undefined);
    assert.equal(files.readText(`${dir}/binary`, 10), undefined);
    assert.equal(files.readText(dir, 10), undefined);
    assert.equal(files.readText("/dev/zero", 10), undefined);
    for (const path of [`/${"x".repeat(5000)}`, "/a\0b", ""]) {
      assert.equal(files.kind(path), undefined);
      assert.equal(files.readText(path, 10), undefined);
      assert.equal(files.list(path), undefined);
      assert.equal(files.realPath(path), path);
    }
  }));

Deno.test("hostFiles() gives up on a directory with too many names", () =>
  withTempDir((dir) => {
    for (let index = 0; index <= MAX_NAMES; index++) Deno.createSync(`${dir}/${index}`).close();
    assert.equal(files.list(dir), undefined);
    return Promise.resolve();
  }));
