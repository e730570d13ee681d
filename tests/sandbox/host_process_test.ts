import assert from "node:assert/strict";
import { OwllmError } from "../../lib/core/mod.ts";
import { findProgram, runHostProgram, type SpawnSpec } from "../../lib/sandbox/mod.ts";

const never = new AbortController().signal;

function shell(script: string, more: Partial<SpawnSpec> = {}): SpawnSpec {
  return {
    program: "/bin/sh",
    args: ["-c", script],
    cwd: "/",
    env: {},
    maxOutputBytes: 10_000,
    timeoutMs: 10_000,
    ...more,
  };
}

/** True while a process lives; a zombie is dead. */
async function lives(pid: string): Promise<boolean> {
  try {
    return !/^State:\s+[ZX]/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Waits until a file has a line, and returns it. */
async function lineOf(path: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.endsWith("\n")) return text.trim();
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`"${path}" got no line`);
}

async function died(pid: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (!await lives(pid)) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

Deno.test("runHostProgram() returns exit code, stdout and stderr", async () => {
  const result = await runHostProgram(shell("echo out; echo err >&2; exit 7"), never);
  assert.deepEqual(result, {
    code: 7,
    signal: null,
    stdout: "out\n",
    stderr: "err\n",
    truncated: false,
  });
});

Deno.test("runHostProgram() gives the child the listed environment and nothing else", async () => {
  Deno.env.set("OWLLM_TEST_SECRET", "leaked");
  try {
    const env = await findProgram("env", "/usr/bin:/bin");
    assert.ok(env);
    const { stdout } = await runHostProgram(
      { ...shell(""), program: env, args: [], env: { ONLY: "this" } },
      never,
    );
    assert.equal(stdout, "ONLY=this\n");
  } finally {
    Deno.env.delete("OWLLM_TEST_SECRET");
  }
});

Deno.test("runHostProgram() passes arguments as they are, without a shell", async () => {
  const args = ["-c", 'printf "%s|" "$@"', "sh", "a b", "$(id)", "; true", "*"];
  const { stdout } = await runHostProgram({ ...shell(""), args }, never);
  assert.equal(stdout, "a b|$(id)|; true|*|");
});

Deno.test("runHostProgram() feeds stdin, and closes it when there is none", async () => {
  assert.equal((await runHostProgram(shell("cat", { stdin: "hé\n" }), never)).stdout, "hé\n");
  assert.equal((await runHostProgram(shell("cat; echo end"), never)).stdout, "end\n");
  const unread = await runHostProgram(shell("exit 0", { stdin: "x".repeat(1_000_000) }), never);
  assert.equal(unread.code, 0);
});

Deno.test("runHostProgram() keeps the first bytes and drains the rest", async () => {
  const spec = shell("head -c 3000000 /dev/zero | tr '\\0' x; exit 3", { maxOutputBytes: 1000 });
  const result = await runHostProgram({ ...spec, env: { PATH: "/usr/bin:/bin" } }, never);
  assert.equal(result.code, 3);
  assert.equal(result.stdout, "x".repeat(1000));
  assert.equal(result.truncated, true);
});

Deno.test("runHostProgram() ends a child and its children in time, also deaf ones", async () => {
  const dir = await Deno.makeTempDir({ prefix: "owllm-spawn-" });
  try {
    const script =
      `trap "" TERM; /bin/sh -c 'trap "" TERM; echo $$ >${dir}/pid; sleep 60' & wait; sleep 60`;
    const spec = shell(script, { env: { PATH: "/usr/bin:/bin" }, timeoutMs: 400 });
    const started = performance.now();
    await assert.rejects(
      runHostProgram(spec, never),
      (error) =>
        error instanceof OwllmError && error.code === "timeout" &&
        error.message === '"/bin/sh" did not end within 0.4 s',
    );
    assert.ok(performance.now() - started < 3000);
    assert.ok(await died(await lineOf(`${dir}/pid`)), "the grandchild is still alive");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("runHostProgram() rejects with the reason of an abort and kills the group", async () => {
  const dir = await Deno.makeTempDir({ prefix: "owllm-spawn-" });
  try {
    const stop = new AbortController();
    const reason = new Error("stop");
    const script = `sh -c 'echo $$ >${dir}/pid; sleep 60' & sleep 60`;
    const running = runHostProgram(shell(script, { env: { PATH: "/usr/bin:/bin" } }), stop.signal);
    const refused = assert.rejects(running, (error) => error === reason);
    const pid = await lineOf(`${dir}/pid`);
    stop.abort(reason);
    await refused;
    assert.ok(await died(pid), "the grandchild is still alive");
    await assert.rejects(runHostProgram(shell("true"), stop.signal), (error) => error === reason);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("runHostProgram() does not wait for a grandchild that keeps the pipe", async () => {
  const started = performance.now();
  const dir = await Deno.makeTempDir({ prefix: "owllm-spawn-" });
  const script = `sleep 20 & echo $! >${dir}/pid; echo done`;
  const result = await runHostProgram(shell(script, { env: { PATH: "/usr/bin:/bin" } }), never);
  Deno.kill(Number(await lineOf(`${dir}/pid`)), "SIGKILL");
  await Deno.remove(dir, { recursive: true });
  assert.equal(result.stdout, "done\n");
  assert.ok(performance.now() - started < 5000);
});

Deno.test("runHostProgram() says which program or directory is not there", async () => {
  await assert.rejects(
    runHostProgram({ ...shell(""), program: "/nowhere/tool" }, never),
    { code: "not_found", message: 'There is no program "/nowhere/tool"' },
  );
  await assert.rejects(
    runHostProgram(shell("true", { cwd: "/nowhere" }), never),
    { code: "not_found", message: 'There is no directory "/nowhere" to run a program in' },
  );
  await assert.rejects(
    runHostProgram({ ...shell(""), program: "/etc/passwd" }, never),
    { code: "denied", message: '"/etc/passwd" may not be executed' },
  );
  await assert.rejects(runHostProgram({ ...shell(""), program: "sh" }, never), TypeError);
});

Deno.test("findProgram() takes the first executable file on the path", async () => {
  const dir = await Deno.makeTempDir({ prefix: "owllm-path-" });
  try {
    await Deno.mkdir(`${dir}/a/tool`, { recursive: true });
    for (const [name, mode] of [["b", 0o644], ["c", 0o755], ["d", 0o755]] as const) {
      await Deno.mkdir(`${dir}/${name}`);
      await Deno.writeTextFile(`${dir}/${name}/tool`, "#!/bin/sh\n", { mode });
    }
    const path = ["", "relative", `${dir}/none`, `${dir}/a`, `${dir}/b`, `${dir}/c/`, `${dir}/d`];
    assert.equal(await findProgram("tool", path.join(":")), `${dir}/c/tool`);
    assert.equal(await findProgram("tool", `${dir}/a:${dir}/b`), undefined);
    assert.equal(await findProgram("tool", undefined), undefined);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
