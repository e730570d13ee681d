import assert from "node:assert/strict";
import { blobInModelfile, findOllamaBlob, ollamaDirectories } from "../../lib/models/mod.ts";
import { withTempDir } from "../support/state.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;

async function writeManifest(dir: string, path: string, text: string): Promise<void> {
  const full = `${dir}/manifests/registry.ollama.ai/${path}`;
  await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(full, text);
}

function manifest(mediaType: string): string {
  const layers = [
    { mediaType: "application/vnd.ollama.image.template", digest: `sha256:${"00".repeat(32)}` },
    { mediaType, digest: DIGEST },
  ];
  return JSON.stringify({ schemaVersion: 2, layers });
}

Deno.test("findOllamaBlob() finds the weights' layer by name, tag and namespace", async () => {
  await withTempDir(async (dir) => {
    const text = manifest("application/vnd.ollama.image.model");
    for (const path of ["library/tiny/latest", "library/tiny/7b-q4", "me/tiny/latest"]) {
      await writeManifest(dir, path, text);
    }
    for (const name of ["tiny", "tiny:7b-q4", "me/tiny", "library/tiny:latest"]) {
      const path = await findOllamaBlob(name, [`${dir}/empty`, dir]);
      assert.equal(path, `${dir}/blobs/${DIGEST.replace(":", "-")}`, name);
    }
    await assert.rejects(findOllamaBlob("tiny:8b", [dir]), /holds no weights of "tiny:8b"/);
  });
});

Deno.test("findOllamaBlob() never leaves the directory and refuses a manifest without weights", async () => {
  await withTempDir(async (dir) => {
    for (const name of ["../../etc/passwd", "a/../b", "/etc/passwd", "a:../b", "", "a b"]) {
      await assert.rejects(findOllamaBlob(name, [dir]), { code: "usage" }, name);
    }
    await writeManifest(dir, "library/other/latest", manifest("application/vnd.ollama.image.json"));
    await writeManifest(dir, "library/broken/latest", "{");
    for (const name of ["other", "broken"]) {
      await assert.rejects(findOllamaBlob(name, [dir]), /is no manifest of a model with weights/);
    }
  });
});

Deno.test("blobInModelfile() takes a path and no name", () => {
  const modelfile = "# FROM smollm2:latest\n\nFROM /models/blobs/sha256-ab\nTEMPLATE x";
  assert.equal(blobInModelfile(modelfile), "/models/blobs/sha256-ab");
  assert.equal(blobInModelfile("FROM smollm2:latest"), undefined);
});

Deno.test("ollamaDirectories() lets OLLAMA_MODELS win", () => {
  assert.deepEqual(ollamaDirectories(() => "/big/models", "/home/a"), ["/big/models"]);
  assert.equal(ollamaDirectories(() => undefined, "/home/a")[0], "/home/a/.ollama/models");
});
