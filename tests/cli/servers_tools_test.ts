import assert from "node:assert/strict";
import { type RealDocker, realDocker, testWith } from "../support/real_parts.ts";
import { bareEnv, OWLLM_ARGS, runOwllm } from "../support/run_owllm.ts";
import { commitAll, dockerOf, soon } from "../support/sandbox.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const docker = await realDocker();

/** What stands in the repository that is served. */
const FILES = { "a.txt": "hello\n" };

/** A repository and a state directory beside it. */
function withPlaces(body: (repository: string, state: string) => Promise<void>): Promise<void> {
  return withTempDir(async (dir) => {
    const [repository, state] = [`${await Deno.realPath(dir)}/repository`, `${dir}/state`];
    await Deno.mkdir(repository);
    for (const [name, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${repository}/${name}`, text);
    }
    await commitAll(repository);
    await body(repository, state);
  });
}

function envOf(docker: RealDocker): Record<string, string> {
  return { DOCKER_HOST: docker.host, OWLLM_SANDBOX_IMAGE: docker.image };
}

/** How many containers an owllm has. */
async function containersOf(docker: RealDocker, pid: number): Promise<number> {
  const filter = `label=dev.owllm.pid=${pid}`;
  const ids = await dockerOf(docker)("ps", "--all", "--quiet", "--filter", filter);
  return ids.split("\n").filter((id) => id !== "").length;
}

/** The real command, until it says where it listens. */
async function start(args: readonly string[], env: Record<string, string>, home: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...OWLLM_ARGS, "servers", "tools", "--json", "--port", "0", ...args],
    cwd: home,
    env: { ...bareEnv(home), ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.endsWith("}\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`it ended: ${await new Response(child.stderr).text()}`);
    said += value;
  }
  const ready = JSON.parse(said);
  const call = async (tool: string, toolArgs: Record<string, unknown>) => {
    const response = await fetch(`${ready.url}/call`, {
      method: "POST",
      headers: { "authorization": `Bearer ${ready.token}`, "content-type": "application/json" },
      body: JSON.stringify({ tool, args: toolArgs, id: "1" }),
    });
    return { status: response.status, body: await response.json() };
  };
  const stop = async () => {
    child.kill("SIGINT");
    const { code } = await child.status;
    const stdout = await reader.read();
    return { code, rest: stdout.value ?? "", stderr: await new Response(child.stderr).text() };
  };
  return { ready, call, stop, pid: child.pid };
}

testWith(
  "owllm servers tools serves a repository until Ctrl-C",
  docker,
  (docker) =>
    withPlaces(async (repository, state) => {
      const args = ["--repo", repository, "--state", state, "--trace"];
      const { ready, call, stop, pid } = await start(args, envOf(docker), repository);
      assert.match(ready.token, /^[0-9a-f]{64}$/);
      assert.equal(ready.repository, repository);
      assert.deepEqual(ready.sandbox, { kind: "docker", image: docker.image });
      assert.equal(ready.tools.length, 11);
      assert.equal((await call("read_file", { path: "a.txt" })).body.ok, true);
      const ran = await call("run_command", { command: "cat a.txt" });
      assert.equal(ran.body.result.data.stdout, "hello");
      const asked = await call("run_command", { command: "touch made" });
      assert.equal(asked.status, 409);
      const line = / then: owllm (approvals approve \w+ --state '[^']+')/
        .exec(asked.body.failure.recovery_suggestion)?.[1] ?? "";
      const approved = await runOwllm(line.replaceAll("'", "").split(" "));
      assert.equal(approved.code, 0, `${line}: ${approved.stderr}`);
      assert.equal((await call("run_command", { command: "touch made" })).body.ok, true);
      assert.equal((await call("run_command", { command: "touch made" })).status, 409);
      assert.equal(await containersOf(docker, pid), 1);

      const started = performance.now();
      const { code, rest, stderr } = await stop();
      assert.equal(code, 130);
      assert.ok(performance.now() - started < 2000, "Ctrl-C took too long");
      assert.ok(await soon(5000, async () => await containersOf(docker, pid) === 0));
      assert.equal(rest, "", "more than one document on stdout");
      assert.doesNotMatch(stderr, /\n\s+at |Uncaught/);
      await assert.rejects(fetch(`${ready.url}/health`));

      using kept = await openTestState(state);
      assert.equal(kept.approvals.list({ status: "waiting", limit: 5 }).length, 1);
      const shown = await runOwllm(["trace", "show", "last", "--json", "--state", state]);
      assert.match(shown.stdout, /tool_wrapped\.run_command/);
      assert.match(shown.stdout, /tool_server/);
    }),
);

testWith(
  "owllm servers tools leaves no container, also after kill -9",
  docker,
  (docker) =>
    withPlaces(async (repository, state) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: [...OWLLM_ARGS, ...["servers", "tools", "--port", "0"], "--state", state],
        cwd: repository,
        env: { ...bareEnv(repository), ...envOf(docker) },
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let said = "";
      while (!said.includes("Bearer ")) said += (await reader.read()).value ?? "";
      assert.match(said, /^ready {2}http:\/\/127\.0\.0\.1:\d+ {2}11 tools over /);
      assert.equal(await containersOf(docker, child.pid), 1);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      assert.ok(await soon(5000, async () => await containersOf(docker, child.pid) === 0));
    }),
);

Deno.test("owllm servers tools refuses what it cannot do, with a sentence and a code", () =>
  withPlaces(async (repository, state) => {
    const none = { OWLLM_SANDBOX_KIND: "none" };
    const image = { OWLLM_SANDBOX_IMAGE: "some-image" };
    const gone = { ...image, OWLLM_SANDBOX_DOCKER_HOST: `unix://${state}/x` };
    const cases: readonly (readonly [number, RegExp, Record<string, string>, ...string[]])[] = [
      [3, /does not answer/, gone],
      [3, /no image for the sandbox yet\n {2}owllm sandbox build\n/, {}],
      [3, /no program "docker"/, { ...image, PATH: state }],
      [2, /"70000" is no port/, none, "--port", "70000"],
      [2, /"-1" is no port/, none, "--port", "-1"],
      [2, /There is no directory/, none, "--repo", `${repository}/no`],
      [2, /lies in the repository/, none, "--repo", "/"],
      [2, /lies in the repository/, none, "--state", `${repository}/state`],
      [2, /perhaps/, none, "--approve", "perhaps"],
    ];
    for (const [code, said, env, ...words] of cases) {
      const args = ["servers", "tools", "--repo", repository, "--state", state, ...words];
      // A flag that is given twice is refused: the last one is meant here.
      const flags = words[0] === "--repo" || words[0] === "--state"
        ? args.filter((_, i) => args[i] !== words[0] && args[i - 1] !== words[0]).concat(words)
        : args;
      const ran = await runOwllm(flags, { env, timeoutMs: 20_000 });
      assert.match(ran.stderr, said, words.join(" "));
      assert.equal(ran.code, code, ran.stderr);
      assert.equal(ran.stdout, "");
      assert.doesNotMatch(ran.stderr, /\n\s+at /);
    }
  }));

Deno.test("owllm servers tools without a sandbox reads only, and warns each time", () =>
  withPlaces(async (repository, state) => {
    const args = ["--repo", repository, "--state", state, "--approve", "never"];
    const { call, stop, ready } = await start(args, { OWLLM_SANDBOX_KIND: "none" }, repository);
    assert.deepEqual(ready.sandbox, { kind: "none", image: null });
    assert.equal((await call("git_log", {})).body.ok, true);
    assert.equal((await call("git_status", {})).body.ok, true);
    const command = (await call("run_command", { command: "ls" })).body;
    assert.deepEqual([command.ok, command.failure.error], [false, "denied"]);
    const edit = await call("write_file", { path: "b.txt", content: "x" });
    assert.equal(edit.status, 200);
    assert.match(edit.body.failure.message, /nobody may be asked/);
    const { stderr } = await stop();
    const warnings = stderr.split("\n").filter((line) => line.startsWith("Warning: sandbox.kind"));
    assert.ok(warnings.length >= 3, stderr);
  }));

Deno.test("openToolbox() puts back a change that a crash cut", () =>
  withPlaces(async (repository, state) => {
    const path = `${repository}/a.txt`;
    using kept = await openTestState(state);
    const id = kept.fileChanges.begin({
      runId: null,
      repository,
      patch: "",
      files: [
        { relative: "a.txt", before: "hello\n", after: "half\n", mode: 0o644 },
        { relative: "b.txt", before: null, after: "never written\n", mode: 0o644 },
      ],
    });
    await Deno.writeTextFile(path, "half\n");
    const args = ["--repo", repository, "--state", state];
    const { stop } = await start(args, { OWLLM_SANDBOX_KIND: "none" }, repository);
    const { stderr } = await stop();
    assert.equal(await Deno.readTextFile(path), "hello\n");
    assert.equal(kept.fileChanges.get(id)?.status, "failed");
    assert.match(stderr, new RegExp(`${id}.*a\\.txt`));
  }));
