import assert from "node:assert/strict";
import { type OwllmRun, runOwllm } from "../support/run_owllm.ts";
import {
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from "../support/scripted/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const MODEL = "scripted:7b";
const DERIVED = "scripted-7b-owllm";

/** Runs `owllm` against a scripted server, with a state directory of its own. */
async function withServer(
  options: ScriptedServerOptions,
  body: (
    owllm: (...args: string[]) => Promise<OwllmRun>,
    server: ScriptedServer,
    dir: string,
  ) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    await using server = await startScriptedServer(options);
    const host = server.url.replace("http://", "");
    const env: Record<string, string> = options.dialect === "ollama"
      ? { OLLAMA_HOST: host }
      : { OWLLM_SERVER_URL: server.url };
    await body((...args) => runOwllm([...args, "--state", dir], { env }), server, dir);
  });
}

/** Stores a run that found the context too small and everything else in order. */
async function storeSmallContext(dir: string, { url, options }: ScriptedServer): Promise<void> {
  using state = await openTestState(dir);
  const id = state.smokeRuns.start({
    modelId: MODEL,
    kind: options.dialect,
    baseUrl: url,
    serverVersion: options.version,
    tier: "quick",
    owllmVersion: "0.1.0",
  });
  const common = { tier: "quick", ms: 1, measured: {} } as const;
  state.smokeRuns.addProbe(id, 0, { ...common, id: "meta.caps", group: "A", status: "pass" });
  state.smokeRuns.addProbe(id, 1, {
    ...common,
    id: "ctx.declared",
    group: "C",
    status: "fail",
    measured: { loaded_tokens: 4096 },
    diagnosis: "Loaded with 4,096 tokens",
    fix: "raise it",
  });
  state.smokeRuns.finish(id, { status: "fail" });
}

Deno.test("fix writes a Modelfile from the stored smoke and changes nothing", async () => {
  await withServer({ dialect: "ollama" }, async (owllm, server, dir) => {
    await storeSmallContext(dir, server);
    const run = await owllm("fix", MODEL);
    assert.equal(run.code, 0, run.stderr);
    assert.match(
      run.stdout,
      /^This cures ctx\.declared:\nOLLAMA_HOST=\S+ ollama create scripted-7b-owllm/,
    );
    assert.match(run.stdout, /FROM scripted:7b\nPARAMETER num_ctx 16384\nMODELFILE\n$/);
    assert.equal(server.derived.size, 0);
    assert.equal(server.requests.length, 0, "the stored run is enough");
  });
});

Deno.test("fix makes a quick smoke where none is stored, and has nothing to do for a healthy one", async () => {
  await withServer({ dialect: "ollama" }, async (owllm, server) => {
    const run = await owllm("fix", MODEL);
    assert.equal(run.code, 0, run.stderr);
    assert.ok(server.requests.length > 0);
    const findings = /Nothing to fix|What to do:/.exec(run.stdout);
    assert.notEqual(findings, null, run.stdout);
    assert.equal(server.derived.size, 0);
  });
});

Deno.test("fix --apply keeps a model that gained tools and proves it", async () => {
  const bare = { capabilities: ["completion"], template: "<|im_start|>{{ .Prompt }}" };
  await withServer({ dialect: "ollama", ...bare }, async (owllm, server) => {
    assert.equal(
      (await owllm("smoke", "model", MODEL, "--probe", "meta.caps", "--probe", "gen.basic")).code,
      0,
    );
    const run = await owllm("fix", MODEL, "--apply", "--json");
    assert.equal(run.code, 0, run.stderr + run.stdout);
    const { kind, applied } = JSON.parse(run.stdout);
    assert.equal(kind, "modelfile");
    assert.deepEqual(applied, { model: DERIVED, kept: true, cured: ["meta.caps"], lost: [] });
    assert.deepEqual([...server.derived.keys()], [DERIVED]);
    const history = await owllm("smoke", "history", DERIVED);
    assert.match(history.stdout, /2 pass/);
  });
});

Deno.test("fix --apply says what was lost, removes the derived model and exits 1", async () => {
  await withServer(
    { dialect: "ollama", fault: "derived_loses_tools" },
    async (owllm, server, dir) => {
      await storeSmallContext(dir, server);
      const run = await owllm("fix", MODEL, "--apply");
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.stdout, /lost {2}capability tools/);
      assert.match(
        run.stdout,
        /Removed "scripted-7b-owllm" again: it lost what worked: capability tools, meta\.caps/,
      );
      assert.equal(server.derived.size, 0);
    },
  );
});

Deno.test("fix --apply on llama.cpp says to paste the server's command line", async () => {
  await withServer({ dialect: "llama_cpp" }, async (owllm, server, dir) => {
    await storeSmallContext(dir, server);
    const run = await owllm("fix", MODEL, "--apply");
    assert.equal(run.code, 1, run.stdout);
    assert.match(run.stdout, /llama-server -m MODEL\.gguf --port \d+ -c 16384 -np 1/);
    assert.match(run.stderr, /paste the lines/);
  });
});
