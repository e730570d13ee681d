import assert from "node:assert/strict";
import type { NewModel, NewSmokeProbe, NewSmokeRun } from "../../lib/state/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const MODEL: NewModel = {
  id: "qwen",
  kind: "ollama",
  baseUrl: "http://127.0.0.1:11434",
  name: "qwen2.5-coder:7b",
  source: "added",
  use4bit: false,
  modelType: "instruct",
  contextTokens: 16_384,
  systemPrompt: "Be brief",
};
const RUN: NewSmokeRun = {
  modelId: "qwen",
  kind: "ollama",
  baseUrl: "http://127.0.0.1:11434",
  serverVersion: "0.17.4",
  tier: "quick",
  owllmVersion: "0.1.0",
};
const PROBE: NewSmokeProbe = {
  id: "srv.reach",
  group: "A",
  tier: "quick",
  status: "warn",
  ms: 12.5,
  measured: { port: 11434, banner: "Ollama is running", tls: false, note: null },
  diagnosis: "Slow",
  fix: "ollama serve",
};

Deno.test("models.upsert() keeps every field over a restart", () =>
  withTempDir(async (dir) => {
    {
      using state = await openTestState(dir);
      state.models.upsert(MODEL);
    }
    using state = await openTestState(dir);
    const { createdAt, ...model } = state.models.get("qwen") ?? assert.fail("not there");
    assert.match(createdAt, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual(model, {
      ...MODEL,
      ggufPath: null,
      baseModel: null,
      portHint: null,
      adapterDir: null,
      profile: null,
      profileAt: null,
    });
  }));

Deno.test("models.upsert() lets a model that was seen not replace one that was added", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    state.models.upsert(MODEL);
    assert.equal(state.models.upsert({ ...MODEL, source: "seen", name: "x" }).name, MODEL.name);
    assert.equal(state.models.upsert({ ...MODEL, source: "imported", name: "x" }).name, "x");
  }));

Deno.test("models.upsert() keeps the profile, saveProfile() replaces it", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    assert.equal(state.models.saveProfile("qwen", { tools: "native" }), false);
    state.models.upsert(MODEL);
    assert.equal(state.models.saveProfile("qwen", { tools: "native" }), true);
    const model = state.models.upsert({ ...MODEL, name: "other" });
    assert.deepEqual(model.profile, { tools: "native" });
    assert.notEqual(model.profileAt, null);
    assert.deepEqual(state.models.list().map(({ id }) => id), ["qwen"]);
    assert.equal(state.models.remove("qwen"), true);
    assert.equal(state.models.remove("qwen"), false);
  }));

Deno.test("smokeRuns keep probes in order and read as interrupted until finished", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const id = state.smokeRuns.start(RUN);
    state.smokeRuns.addProbe(id, 1, { ...PROBE, id: "srv.kind", diagnosis: undefined });
    state.smokeRuns.addProbe(id, 0, PROBE);
    const unfinished = state.smokeRuns.get(id) ?? assert.fail("not there");
    assert.equal(unfinished.status, "interrupted");
    assert.equal(unfinished.finishedAt, null);
    assert.deepEqual(unfinished.probes[0], { seq: 0, ...PROBE });
    assert.deepEqual(unfinished.probes.map((probe) => probe.id), ["srv.reach", "srv.kind"]);
    assert.equal(unfinished.probes[1]?.diagnosis, null);
    state.smokeRuns.finish(id, { status: "warn", profile: { context: 4096 } });
    const finished = state.smokeRuns.get(id) ?? assert.fail("not there");
    assert.equal(finished.status, "warn");
    assert.deepEqual(finished.profile, { context: 4096 });
  }));

Deno.test("smokeRuns.list() gives the newest first, of one model or of all", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const first = state.smokeRuns.start(RUN);
    const other = state.smokeRuns.start({ ...RUN, modelId: "gemma" });
    await new Promise((resolve) => setTimeout(resolve, 3));
    const last = state.smokeRuns.start(RUN);
    assert.deepEqual(state.smokeRuns.list("qwen", 9).map(({ id }) => id), [last, first]);
    assert.deepEqual(state.smokeRuns.list("qwen", 1).map(({ id }) => id), [last]);
    assert.equal(state.smokeRuns.list(undefined, 9).length, 3);
    assert.equal(state.smokeRuns.get(other)?.modelId, "gemma");
  }));

Deno.test("smokeRuns refuse a probe or an end of a run that is not there", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    assert.throws(() => state.smokeRuns.addProbe("smoke_x", 0, PROBE), /FOREIGN KEY/);
    assert.throws(() => state.smokeRuns.finish("smoke_x", { status: "pass" }), /No smoke run/);
    const id = state.smokeRuns.start(RUN);
    state.smokeRuns.addProbe(id, 0, PROBE);
    assert.throws(() => state.smokeRuns.addProbe(id, 0, PROBE), /UNIQUE/);
  }));

Deno.test("servers.seen() keeps one row per address and its first time", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const server = { kind: "ollama", baseUrl: "http://127.0.0.1:11434", version: "1", pid: 7 };
    const first = state.servers.seen(server);
    const second = state.servers.seen({ ...server, version: "2", pid: null });
    assert.equal(second.id, first.id);
    assert.equal(second.firstSeen, first.firstSeen);
    assert.equal(second.version, "2");
    assert.deepEqual(state.servers.findByUrl(server.baseUrl), second);
    assert.deepEqual(state.servers.list(), [second]);
    assert.equal(state.servers.remove(first.id), true);
    assert.equal(state.servers.get(first.id), undefined);
  }));

Deno.test("envs keep their spec and when they were used", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    state.envs.upsert({ key: "llamacpp-cpu", path: "/e", spec: { xllamacpp: "0.2" } });
    assert.equal(state.envs.get("llamacpp-cpu")?.lastUsedAt, null);
    assert.equal(state.envs.used("llamacpp-cpu"), true);
    assert.equal(state.envs.used("other"), false);
    assert.notEqual(state.envs.get("llamacpp-cpu")?.lastUsedAt, null);
    assert.deepEqual(state.envs.list()[0]?.spec, { xllamacpp: "0.2" });
    assert.equal(state.envs.remove("llamacpp-cpu"), true);
  }));

Deno.test("a row that owllm never writes is reported as damage with table and column", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    state.smokeRuns.addProbe(state.smokeRuns.start(RUN), 0, PROBE);
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(state.path);
    db.exec(`UPDATE smoke_probes SET measured = '{"a":[1]}'`);
    db.close();
    assert.throws(
      () => state.smokeRuns.list("qwen", 1),
      /is damaged: table "smoke_probes", column "measured\.a"/,
    );
  }));

Deno.test("sandboxImages keep the newest of each engine, with what it was made of", () =>
  withTempDir(async (dir) => {
    const image = {
      digest: "sha256:1",
      engine: "docker",
      architecture: "amd64",
      source: "host",
      origin: "2 packages of this host",
      packages: ["bash 5", "git 2"],
      sizeBytes: 12,
    } as const;
    {
      using state = await openTestState(dir);
      assert.equal(state.sandboxImages.newest("docker"), undefined);
      state.sandboxImages.add(image);
      state.sandboxImages.add({ ...image, digest: "sha256:2" });
      state.sandboxImages.add({ ...image, digest: "sha256:3", engine: "podman" });
    }
    using state = await openTestState(dir);
    const { builtAt, ...newest } = state.sandboxImages.newest("docker") ?? assert.fail("not there");
    assert.deepEqual(newest, { ...image, digest: "sha256:2" });
    assert.match(builtAt, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.equal(state.sandboxImages.newest("podman")?.digest, "sha256:3");
    assert.equal(state.sandboxImages.keepOnly("docker", "sha256:1"), 1);
    assert.equal(state.sandboxImages.newest("docker")?.digest, "sha256:1");
    assert.equal(state.sandboxImages.newest("podman")?.digest, "sha256:3");
  }));
