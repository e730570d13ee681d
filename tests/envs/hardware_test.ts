import assert from "node:assert/strict";
import { freeDiskBytes, parseNvidiaSmi, readMemory } from "../../lib/envs/mod.ts";
import { withTempDir } from "../support/state.ts";

Deno.test("readMemory() tells no more available than there is", () => {
  const { totalBytes, availableBytes } = readMemory();
  assert.ok(totalBytes > 64 * 1024 ** 2);
  assert.ok(availableBytes > 0 && availableBytes <= totalBytes);
});

Deno.test({
  name: "readMemory() and freeDiskBytes() name the grant that they lack",
  permissions: { read: true, sys: false },
  async fn() {
    assert.throws(readMemory, {
      code: "denied",
      message: "unknown (grant: --allow-sys=systemMemoryInfo)",
    });
    await assert.rejects(freeDiskBytes("/"), {
      code: "denied",
      message: "unknown (grant: --allow-sys=statfs)",
    });
  },
});

Deno.test("freeDiskBytes() of a directory that is not there yet is that of its parent", async () => {
  await withTempDir(async (dir) => {
    const bytes = await freeDiskBytes(`${dir}/a/b/c`);
    assert.ok(bytes > 0);
    const difference = Math.abs(bytes - await freeDiskBytes(dir));
    assert.ok(difference < 1024 ** 3, `${difference}`);
  });
});

Deno.test("parseNvidiaSmi() reads MiB, several cards, and passes over what is no card", () => {
  const csv = "NVIDIA GeForce RTX 3060, 12288, 11000\nTesla T4, 15360, 15000\n\nNo devices\n";
  assert.deepEqual(parseNvidiaSmi(csv), [
    {
      name: "NVIDIA GeForce RTX 3060",
      memoryBytes: 12288 * 1024 ** 2,
      freeBytes: 11000 * 1024 ** 2,
    },
    { name: "Tesla T4", memoryBytes: 15360 * 1024 ** 2, freeBytes: 15000 * 1024 ** 2 },
  ]);
});
