/** Nothing outlives its owner, and nobody else's container is touched. */
import assert from "node:assert/strict";
import { type RealDocker, realDocker, testWith } from "../support/real_parts.ts";
import {
  dockerOf,
  never,
  out,
  shell,
  soon,
  testExecutor,
  withSandbox,
} from "../support/sandbox.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();

/** Names of running containers of a process. */
async function containersOf(docker: RealDocker, pid: number, ...more: string[]): Promise<string[]> {
  const filter = ["--filter", `label=dev.owllm.pid=${pid}`, "--format", "{{.Names}}"];
  const listed = await dockerOf(docker)("ps", ...more, ...filter);
  return listed.split("\n").filter((name) => name !== "");
}

/** Starts another process that holds a sandbox with a running command. */
async function startHolder(
  { host, image }: RealDocker,
  stateDir: string,
): Promise<Deno.ChildProcess> {
  const script = new URL("../support/sandbox_holder.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, host, image, stateDir],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "ready\n");
  await reader.cancel();
  return child;
}

testWith(
  "kill -9 of owllm ends its container within a second",
  docker,
  (docker) =>
    withTempDir(async (dir) => {
      const holder = await startHolder(docker, dir);
      assert.ok(
        await soon(5_000, async () => (await inside(docker, holder.pid)).includes("sleep 1000")),
      );
      const [name = ""] = await containersOf(docker, holder.pid);
      const pid = await dockerOf(docker)("inspect", "--format", "{{.State.Pid}}", name);
      holder.kill("SIGKILL");
      await holder.status;
      // Seen in the process table: the answer of a busy daemon may take longer than the end.
      const gone = await soon(1_000, () =>
        Deno.stat(`/proc/${pid.trim()}`).then(() => false, () => true));
      assert.ok(gone, "the container outlives its owner");
      const removed = async () =>
        (await containersOf(docker, holder.pid, "--all")).length === 0;
      assert.ok(await soon(5_000, removed), "the container is still listed");
      assert.deepEqual(await hostProcesses("sleep 1000"), []);
      const executor = await testExecutor(docker, dir);
      await executor.start(never);
      await executor.close();
      const left = await Array.fromAsync(Deno.readDir(`${dir}/sandbox`), ({ name }) => name);
      assert.deepEqual(left.filter((name) => name.endsWith(".json")), [], "a profile was left");
    }),
);

testWith(
  "start() removes a container whose owner is gone, and leaves those of a living one",
  docker,
  (docker) =>
    withTempDir(async (dir) => {
      const ask = dockerOf(docker);
      const alive = await startHolder(docker, dir);
      try {
        const place = await Deno.readTextFile(`${dir}/sandbox/place`);
        // As `kill -9` leaves it: the file is there, and nobody holds its lock.
        await Deno.writeTextFile(`${dir}/sandbox/gone.lock`, "");
        await Deno.utime(`${dir}/sandbox/gone.lock`, 0, 0);
        const orphan = `owllm-test-${crypto.randomUUID()}`;
        const make = (name: string, place: string) =>
          ask(
            "run",
            "--detach",
            "--network",
            "none",
            "--name",
            name,
            "--label",
            `dev.owllm.place=${place}`,
            "--label",
            "dev.owllm.owner=gone.lock",
            docker.image,
            "sleep",
            "100",
          );
        await make(orphan, place);
        const stranger = `${orphan}-stranger`;
        await make(stranger, crypto.randomUUID());
        const notices: string[] = [];
        const executor = await testExecutor(docker, dir, {}, (text) => notices.push(text));
        await executor.start(never);
        const names = await ask("ps", "--all", "--format", "{{.Names}}");
        assert.ok(!names.includes(`${orphan}\n`), "the orphan is still there");
        assert.ok(names.includes(stranger), "another state directory's container was removed");
        assert.equal(
          (await containersOf(docker, alive.pid)).length,
          1,
          "a living owner's container was removed",
        );
        assert.deepEqual(notices, [`Removed the container "${orphan}", whose owllm is gone`]);
        await assert.rejects(Deno.stat(`${dir}/sandbox/gone.lock`), Deno.errors.NotFound);
        await executor.close();
        await ask("rm", "--force", stranger);
      } finally {
        alive.kill("SIGKILL");
        await alive.status;
      }
    }),
);

testWith(
  "close() leaves no container, no process and no lock, also when it is called twice",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, stateDir }) => {
      await executor.close();
      await executor.close();
      assert.deepEqual(await containersOf(docker, Deno.pid, "--all"), []);
      const left = await Array.fromAsync(Deno.readDir(`${stateDir}/sandbox`), ({ name }) => name);
      assert.deepEqual(left, ["place"]);
      await assert.rejects(executor.run(shell("true"), never), /The sandbox is not running/);
    }),
);

testWith("an aborted start() leaves nothing", docker, (docker) =>
  withTempDir(async (dir) => {
    for (const ms of [1, 60, 150, 250]) {
      const executor = await testExecutor(docker, dir);
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error("enough")), ms);
      await executor.start(abort.signal).catch((error) => assert.equal(error.message, "enough"));
      await executor.close();
    }
    assert.ok(
      await soon(3_000, async () => (await containersOf(docker, Deno.pid, "--all")).length === 0),
    );
  }));

testWith(
  "run() starts a new sandbox when the container is gone, and says what became of the workspace",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh, executor }) => {
      await sh("echo changed >file");
      const { paths } = await executor.diff(never);
      assert.deepEqual(paths, ["file"]);
      await sh("echo lost >later");
      const [name = ""] = await containersOf(docker, Deno.pid);
      const running = sh("sleep 30");
      await new Promise((resolve) => setTimeout(resolve, 300));
      await dockerOf(docker)("kill", name);
      const { restarted } = await running;
      assert.match(
        restarted ?? "",
        /started anew.*the changes of the last diff; later ones are lost/,
      );
      assert.equal(out(await sh("cat file; ls")), "changed\nfile\n");
      assert.deepEqual((await executor.diff(never)).paths, ["file"]);
    }, { prepare: (repository) => Deno.writeTextFile(`${repository}/file`, "first\n") }),
);

testWith(
  "two sandboxes at once do not see each other",
  docker,
  (docker) =>
    withSandbox(docker, (one) =>
      withSandbox(docker, async (other) => {
        const [a, b] = await Promise.all([
          one.sh("echo 1 >/tmp/x; sleep 1; kill -9 -1; ls /tmp"),
          other.sh("sleep 2; ls /tmp"),
        ]);
        assert.equal(out(a), "x\n");
        assert.equal(b.code, 0);
        assert.equal(out(b), "");
      })),
);

testWith(
  "a container ends by itself when its time is over",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      assert.equal((await sh("true")).code, 0);
      assert.ok(await soon(5_000, async () => (await containersOf(docker, Deno.pid)).length === 0));
    }, { settings: { lifetimeMin: 2 / 60 } }),
);

/** Command lines in the containers of a process. */
async function inside(docker: RealDocker, pid: number): Promise<string> {
  const [name] = await containersOf(docker, pid);
  return name === undefined ? "" : await dockerOf(docker)("top", name);
}

/** Processes of this machine with a command line. */
async function hostProcesses(line: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (text.replaceAll("\0", " ").trim() === line) found.push(name);
  }
  return found;
}
