import assert from "node:assert/strict";
import { readEngineWeights, readGgufHeader } from "../../lib/models/mod.ts";
import { smolLm2 } from "../support/weights.ts";
import { testWith } from "../support/real_parts.ts";

const weights = await smolLm2();

async function withFile(
  content: Uint8Array<ArrayBuffer>,
  test: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".gguf" });
  try {
    await Deno.writeFile(path, content);
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

testWith("readGgufHeader() reads real weights", weights, async (path) => {
  const header = await readGgufHeader(path);
  assert.equal(header.architecture, "llama");
  assert.equal(header.contextLength, 8192);
  assert.equal(header.quantization, "Q4_1");
  assert.equal(header.tensorCount, 272);
  assert.equal(header.hasChatTemplate, true);
});

testWith("readGgufHeader() says how much a truncated file lacks", weights, async (path) => {
  const start = new Uint8Array(2_000_000);
  using file = await Deno.open(path);
  await file.read(start);
  // In the middle of the tokenizer, and in the middle of the tensors.
  for (const length of [100_000, 2_000_000]) {
    await withFile(start.slice(0, length), async (cut) => {
      await assert.rejects(readGgufHeader(cut), {
        code: "usage",
        message: new RegExp(`is truncated: it has ${length} bytes where at least \\d+ are due`),
      });
    });
  }
});

Deno.test("readGgufHeader() names what is no GGUF in one sentence", async () => {
  const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
    [new TextEncoder().encode("PK\x03\x04 a zip"), /is no GGUF: it begins with 50 4b 03 04/],
    [new TextEncoder().encode("<html>"), /is no GGUF: it begins with "<htm"/],
    [new Uint8Array(0), /is empty/],
    [new TextEncoder().encode("GGUF"), /is truncated/],
    [new Uint8Array([71, 71, 85, 70, 9, 0, 0, 0]), /is a GGUF of version 9/],
  ];
  for (const [content, message] of cases) {
    await withFile(content, (path) => assert.rejects(readGgufHeader(path), { message }));
  }
  await assert.rejects(readGgufHeader("/no/such.gguf"), { message: /does not exist/ });
  await assert.rejects(readGgufHeader("/"), { message: /is a directory/ });
});

Deno.test("readGgufHeader() ends on a header that lies about its lengths", async () => {
  const lie = new DataView(new ArrayBuffer(32));
  lie.setUint32(0, 0x46554747, true);
  lie.setUint32(4, 3, true);
  lie.setBigUint64(8, 1n, true);
  lie.setBigUint64(16, 1n, true);
  lie.setBigUint64(24, 2n ** 60n, true);
  await withFile(new Uint8Array(lie.buffer), async (path) => {
    await assert.rejects(readGgufHeader(path), { message: /is truncated/ });
  });
});

testWith("readEngineWeights() refuses what the engine cannot hold", weights, async (path) => {
  const big = await Deno.makeTempFile({ suffix: ".gguf" });
  try {
    await Deno.copyFile(path, big);
    await Deno.truncate(big, 3 * 2 ** 30);
    await assert.rejects(readEngineWeights(big), { message: /has 3\.0 GiB; .* at most 2 GiB/ });
  } finally {
    await Deno.remove(big);
  }
});
