import assert from "node:assert/strict";
import { type OwllmRun, runOwllm } from "../support/run_owllm.ts";
import { realOllama, testWith } from "../support/real_parts.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scripted/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const MODEL = "scripted:7b";

/** Port 9 (discard): nobody listens there. */
const NOBODY = { OLLAMA_HOST: "127.0.0.1:9", OWLLM_SERVER_PORTS: "9" };

type Owllm = (...args: string[]) => Promise<OwllmRun>;

/** Runs `owllm` where no server answers, in a directory of its own. */
async function alone(body: (owllm: Owllm, dir: string) => Promise<void>): Promise<void> {
  await withTempDir((dir) =>
    body(
      (...args) => runOwllm([...args, "--state", `${dir}/state`], { env: NOBODY, cwd: dir }),
      dir,
    )
  );
}

async function withServer(
  body: (owllm: Owllm, server: ScriptedServer, dir: string) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    await using server = await startScriptedServer({ dialect: "ollama" });
    const env = { ...NOBODY, OLLAMA_HOST: server.url.replace("http://", "") };
    const owllm: Owllm = (...args) =>
      runOwllm([...args, "--state", `${dir}/state`], { env, cwd: dir });
    await body(owllm, server, dir);
  });
}

/** The smallest GGUF: no fields, no tensors. */
async function writeGguf(path: string): Promise<void> {
  const bytes = new Uint8Array(64);
  bytes.set(new TextEncoder().encode("GGUF\x03"));
  await Deno.writeFile(path, bytes);
}

Deno.test("models list works without a server and says where it looked", async () => {
  await alone(async (owllm) => {
    const text = await owllm("models", "list");
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /^ID .*WHERE/);
    assert.match(text.stdout, /builtin {2}builtin \(no weights yet\)/);
    assert.match(text.stdout, /Nobody answers at :9\n/);
    assert.match(text.stderr, /owllm models pull smollm2/);
    const { models, servers, not_answering } = JSON.parse(
      (await owllm("models", "list", "--json")).stdout,
    );
    assert.deepEqual(models.map(({ id }: { id: string }) => id), ["builtin"]);
    assert.deepEqual(servers, []);
    assert.equal(not_answering[0].url, "http://127.0.0.1:9");
  });
});

Deno.test("models list merges models.toml, the state and what a server offers", async () => {
  await withServer(async (owllm, server, dir) => {
    await Deno.writeTextFile(`${dir}/owllm.toml`, "");
    await Deno.writeTextFile(
      `${dir}/models.toml`,
      `[models.mine]\nname = "${MODEL}"\ncontext_tokens = 9000\n[models.idle]\nport = 8101\n`,
    );
    using state = await openTestState(`${dir}/state`);
    const run = state.smokeRuns.start({
      modelId: "mine",
      kind: "ollama",
      baseUrl: server.url,
      serverVersion: null,
      tier: "quick",
      owllmVersion: "0.1.0",
    });
    state.smokeRuns.finish(run, { status: "warn" });
    const { stdout, code, stderr } = await owllm("models", "list", "--json");
    assert.equal(code, 0, stderr);
    const { models, servers } = JSON.parse(stdout);
    const mine = models.find(({ id }: { id: string }) => id === "mine");
    assert.equal(mine.origin, "config");
    assert.equal(mine.available, true);
    assert.equal(mine.context_tokens, 9000);
    assert.equal(mine.last_smoke, "warn");
    assert.equal(models.some(({ id }: { id: string }) => id === "idle"), true);
    assert.deepEqual(servers.map(({ url }: { url: string }) => url), [server.url]);
    const text = await owllm("models", "list");
    assert.match(text.stdout, /mine .*ollama :\d+ as scripted:7b .*9,000 {2}config +warn\n/);
  });
});

Deno.test("models add asks the server, refuses a wrong name and a taken id", async () => {
  await withServer(async (owllm, server) => {
    const wrong = await owllm("models", "add", "coder", "--name", "scriptd:7b");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /did you mean "scripted:7b"\?/);
    const flags = ["--context", "8192", "--use-4bit", "--base-model", "hf/x", "--port", "8101"];
    const added = await owllm(
      ...["models", "add", "coder", "--server", server.url, "--name", MODEL, "--json"],
      ...flags,
    );
    assert.equal(added.code, 0, added.stderr);
    assert.deepEqual(JSON.parse(added.stdout), {
      added: {
        id: "coder",
        kind: "ollama",
        url: server.url,
        name: MODEL,
        base_model: "hf/x",
        port: 8101,
        use_4bit: true,
        context_tokens: 8192,
      },
      checked: true,
    });
    const again = await owllm("models", "add", "coder", "--name", MODEL);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /"coder" is registered already\n.*owllm models remove coder/);
    const smoke = await owllm("model", "smoke", "coder", "--probe", "gen.basic", "--json");
    assert.equal(JSON.parse(smoke.stdout).generate_ok, true, smoke.stderr);
    const shown = JSON.parse((await owllm("models", "show", "coder", "--json")).stdout);
    assert.equal(shown.last_smoke.status, "pass");
    assert.notEqual(shown.profile, null);
  });
});

Deno.test("models add of a server that is down says that it was not checked", async () => {
  await alone(async (owllm) => {
    const added = await owllm("models", "add", "lab", "--server", "http://127.0.0.1:9");
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stdout, /Added lab: lab at http:\/\/127\.0\.0\.1:9, not checked\n/);
    assert.match(added.stderr, /Nobody at http:\/\/127\.0\.0\.1:9 answers now/);
    const show = await owllm("models", "show", "lab");
    assert.equal(show.code, 0, show.stderr);
    assert.match(show.stdout, /^lab {2}added\n.*127\.0\.0\.1:9/);
    assert.match(show.stderr, /No model server answers/);
    const nowhere = await owllm("models", "add", "lost");
    assert.equal(nowhere.code, 3, nowhere.stderr);
    const elsewhere = await owllm("models", "add", "x", "--server", "http://10.0.0.9:1");
    assert.equal(elsewhere.code, 4);
    assert.match(elsewhere.stderr, /OWLLM_ALLOW_NET=10\.0\.0\.9:1/);
  });
});

Deno.test("models add --gguf checks the file in one sentence", async () => {
  await alone(async (owllm, dir) => {
    await Deno.writeTextFile(`${dir}/text.gguf`, "no weights");
    await writeGguf(`${dir}/good.gguf`);
    await Deno.writeFile(
      `${dir}/short.gguf`,
      (await Deno.readFile(`${dir}/good.gguf`)).slice(0, 9),
    );
    const cases: [string, RegExp][] = [
      ["text.gguf", /text\.gguf" is no GGUF/],
      ["short.gguf", /is truncated/],
      ["none.gguf", /does not exist/],
      [".", /is a directory/],
      ["ollama:no-such", /Ollama holds no weights of "no-such"/],
      ["ollama:../x", /is no name of an Ollama model/],
    ];
    for (const [gguf, expected] of cases) {
      const { code, stderr } = await owllm("models", "add", "w", "--gguf", gguf);
      assert.equal(code, 2, gguf);
      assert.match(stderr, expected);
      assert.equal(stderr.trimEnd().split("\n").length, 2, stderr);
    }
    const added = await owllm("models", "add", "w", "--gguf", "good.gguf");
    assert.equal(added.code, 0, added.stderr);
    const both = await owllm("models", "add", "v", "--gguf", "good.gguf", "--name", "x");
    assert.match(both.stderr, /cannot be used with --server or --name/);
    const ids = await owllm("models", "add", "builtin", "--gguf", "good.gguf");
    assert.match(ids.stderr, /"builtin" is the built-in engine/);
  });
});

Deno.test("models remove forgets what is registered and points to models.toml", async () => {
  await alone(async (owllm, dir) => {
    await writeGguf(`${dir}/good.gguf`);
    await owllm("models", "add", "w", "--gguf", "good.gguf");
    const near = await owllm("models", "remove", "ww");
    assert.equal(near.code, 2);
    assert.match(near.stderr, /No model "ww" is registered \(did you mean "w"\?\)/);
    const removed = await owllm("models", "remove", "w", "--json");
    assert.equal(JSON.parse(removed.stdout).removed, "w");
    assert.equal((await Deno.stat(`${dir}/good.gguf`)).isFile, true);
    await Deno.writeTextFile(`${dir}/owllm.toml`, "");
    await Deno.writeTextFile(`${dir}/models.toml`, "\n[models.filed]\nport = 1\n");
    const filed = await owllm("models", "remove", "filed");
    assert.equal(filed.code, 2);
    assert.match(filed.stderr, /described in models\.toml:2, which owllm does not edit/);
  });
});

Deno.test("models import takes both old forms, reports the rest, and changes nothing when dry", async () => {
  await alone(async (owllm, dir) => {
    await Deno.writeTextFile(
      `${dir}/llm_backends.yaml`,
      "models:\n  a: {base_model: x, port: 8101, colour: red}\n  b: {port: high}\n",
    );
    await Deno.writeTextFile(`${dir}/other.toml`, "[models.c]\nuse_4bit = true\n[models.a]\n");
    const dry = await owllm("models", "import", "llm_backends.yaml", "--dry-run");
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /^Would take 1 model: a\nNot taken: a\.colour: /);
    assert.match(dry.stdout, /Not taken: b\.port: It is "high"/);
    const real = JSON.parse(
      (await owllm("models", "import", "llm_backends.yaml", "--json")).stdout,
    );
    assert.deepEqual(real.taken, [{ id: "a", base_model: "x", port: 8101 }]);
    const toml = JSON.parse((await owllm("models", "import", "other.toml", "--json")).stdout);
    assert.deepEqual(toml.taken, [{ id: "c", use_4bit: true }]);
    assert.match(toml.not_taken[0].reason, /registered already/);
    const { models } = JSON.parse((await owllm("models", "list", "--json")).stdout);
    assert.deepEqual(models.map(({ id }: { id: string }) => id), ["a", "builtin", "c"]);
    await Deno.writeTextFile(`${dir}/bad.toml`, "[models.x\n");
    const bad = await owllm("models", "import", "bad.toml");
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /Broken TOML in line 1/);
    assert.equal((await owllm("models", "import", "none.yaml")).code, 2);
  });
});

Deno.test("models show prints the profile for people", async () => {
  await withServer(async (owllm, server, dir) => {
    using state = await openTestState(`${dir}/state`);
    state.models.upsert({
      id: MODEL,
      kind: "ollama",
      baseUrl: server.url,
      name: MODEL,
      source: "seen",
    });
    state.models.saveProfile(MODEL, {
      tool_mode: "constrained_json",
      context_tokens: 16384,
      streaming: true,
      parallel_calls: false,
      schema: true,
      thinking: null,
      max_tools: 5,
      prefill_tok_s: 138.24,
      decode_tok_s: 50,
      ttft_ms: 800,
      step_s: 12,
      notes: ["gen.roles: a \x1b[2Jsystem prompt is ignored"],
    });
    const { stdout, code, stderr } = await owllm("models", "show", MODEL);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Context +trained for 32,768/);
    assert.match(stdout, /Capabilities +completion, tools/);
    assert.match(stdout, /Tools +calls as schema-constrained JSON\n/);
    assert.match(stdout, /Show at once +5 tools\n/);
    assert.match(stdout, /Context +ask for 16,384\n/);
    assert.match(stdout, /Trust +streaming, JSON schema\n +Do not trust +parallel calls\n/);
    assert.match(stdout, /Not measured +thinking\n/);
    assert.equal(stdout.includes("\x1b"), false, "a server's text must not reach the terminal");
    const unknown = await owllm("models", "show", "scripted:8b");
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /did you mean "scripted:7b"/);
  });
});

testWith(
  "models add takes a blob of the real Ollama",
  await realOllama(),
  async ({ url, model }) => {
    await withTempDir(async (dir) => {
      const env = { ...NOBODY, OLLAMA_HOST: url.replace("http://", "") };
      const run = await runOwllm(
        ["models", "add", "blob", "--gguf", `ollama:${model}`, "--state", dir],
        { env },
      );
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, /Q4_1, 94 MiB.*sha256-b179c9523d0e/);
    });
  },
);
