/** Without a sandbox nothing runs; each reason is a sentence of its own with a way out. */
import assert from "node:assert/strict";
import { createIds, OwllmError, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { engineError } from "../../lib/sandbox/engine/errors.ts";
import {
  buildSandboxImage,
  createExecutor,
  type SandboxSettings,
  sandboxStatus,
} from "../../lib/sandbox/mod.ts";
import { privateDocker } from "../support/private_docker.ts";
import { type RealDocker, realDocker, testWith } from "../support/real_parts.ts";
import { dockerOf, host, never, shell, soon, testExecutor } from "../support/sandbox.ts";
import { SANDBOX_SETTINGS } from "../support/sandbox_settings.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();
const daemons = await privateDocker();

/** Starts a sandbox that cannot be had and returns what is said. */
async function failure(
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
  settings: Partial<SandboxSettings> = {},
  image: string | undefined = "sha256:00",
): Promise<OwllmError> {
  const executor = await createExecutor({
    settings: { ...SANDBOX_SETTINGS, ...settings },
    stateDir: dir,
    image,
    clock: systemClock,
    ids: createIds(() => systemClock.now(), systemRandom),
    env: (name) => name in env ? env[name] : Deno.env.get(name),
  });
  const error = await executor.start(never).then(() => undefined, (error) => error);
  assert.ok(error instanceof OwllmError, String(error));
  // Fail closed: what could not start does not run.
  await assert.rejects(executor.run(shell("true"), never), /The sandbox is not running/);
  await executor.close();
  return error;
}

Deno.test("start() says that there is no docker program, and no daemon, each with its fix", () =>
  withTempDir(async (dir) => {
    const none = await failure(dir, { PATH: dir });
    assert.equal(none.code, "unreachable");
    assert.match(none.message, /There is no program "docker" on the PATH/);
    assert.match(none.recoverySuggestion ?? "", /install/);
    const podman = await failure(dir, { PATH: dir }, { kind: "podman" });
    assert.match(podman.message, /There is no program "podman"/);
  }));

testWith(
  "start() says that the daemon does not answer or may not be asked",
  docker,
  () =>
    withTempDir(async (dir) => {
      const silent = await failure(dir, { DOCKER_HOST: `unix://${dir}/nothing` });
      assert.equal(silent.message, "The container daemon does not answer");
      assert.match(silent.recoverySuggestion ?? "", /systemctl start docker|open -a Docker/);
      const closed = await failure(dir, {}, { dockerHost: `unix://${dir}/nothing` });
      assert.equal(closed.message, silent.message);
      for (
        const address of ["tcp://127.0.0.1:2375", "ssh://host", "http://x", "fd://", "unix://x"]
      ) {
        const remote = await failure(dir, { DOCKER_HOST: address });
        assert.equal(remote.code, "denied", address);
        assert.match(remote.message, /is not a socket of this machine/);
      }
    }),
);

testWith(
  "start() says that there is no image, or one for another processor",
  docker,
  (docker) =>
    withTempDir(async (dir) => {
      const env = { DOCKER_HOST: docker.host };
      const unbuilt = await failure(dir, env, {}, undefined);
      // An argument that is undefined takes its default.
      assert.match(unbuilt.message, /image "sha256:00" of the sandbox is not there/);
      assert.equal(unbuilt.recoverySuggestion, "owllm sandbox build");
      const named = await failure(dir, env, { image: "no-such-image:1" });
      assert.match(named.message, /"no-such-image:1"/);
      const [mine, other] = Deno.build.arch === "x86_64" ? ["amd64", "arm64"] : ["arm64", "amd64"];
      await withForeignImage(docker, dir, other, async (image) => {
        const wrong = await failure(dir, env, { image });
        assert.match(wrong.message, new RegExp(`is for "${other}", and this machine is`));
        assert.equal(wrong.recoverySuggestion, "owllm sandbox build");
      });
      await withForeignImage(docker, dir, mine, async (image) => {
        const empty = await failure(dir, env, { image });
        assert.equal(empty.message, "The image of the sandbox has no /bin/bash");
      });
    }),
);

testWith(
  "start() asks no daemon of another machine, also when the docker context names one",
  docker,
  () =>
    withTempDir(async (home) => {
      const context = ["--docker", "host=tcp://192.0.2.1:2375"];
      await host("env", [`HOME=${home}`, "docker", "context", "create", "remote", ...context]);
      await host("env", [`HOME=${home}`, "docker", "context", "use", "remote"]);
      const refused = await failure(home, { HOME: home, DOCKER_HOST: undefined });
      assert.equal(refused.code, "denied");
      assert.match(refused.message, /"tcp:\/\/192\.0\.2\.1:2375" is not a socket of this machine/);
    }),
);

/** Gives the daemon an image of one file for an architecture. */
async function withForeignImage(
  docker: RealDocker,
  dir: string,
  architecture: string,
  body: (image: string) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(`${dir}/image`, { recursive: true });
  await Deno.writeTextFile(`${dir}/image/file`, "x");
  await host("tar", ["-cf", "layer.tar", "file"], `${dir}/image`);
  const [sum] = (await host("sha256sum", ["layer.tar"], `${dir}/image`)).split(" ");
  const config = {
    architecture,
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [`sha256:${sum}`] },
  };
  const manifest = [{
    Config: "config.json",
    RepoTags: ["owllm-test-foreign:1"],
    Layers: ["layer.tar"],
  }];
  await Deno.writeTextFile(`${dir}/image/config.json`, JSON.stringify(config));
  await Deno.writeTextFile(`${dir}/image/manifest.json`, JSON.stringify(manifest));
  await host(
    "tar",
    ["-cf", "image.tar", "config.json", "manifest.json", "layer.tar"],
    `${dir}/image`,
  );
  const ask = dockerOf(docker);
  await ask("load", "--quiet", "--input", `${dir}/image/image.tar`);
  try {
    await body("owllm-test-foreign:1");
  } finally {
    await ask("image", "rm", "--force", "owllm-test-foreign:1");
  }
}

testWith(
  "start() says that the runtime is not known",
  docker,
  (docker) =>
    withTempDir(async (dir) => {
      const unknown = await failure(dir, { DOCKER_HOST: docker.host }, {
        runtime: "no-such-runtime",
      }, docker.image);
      assert.match(unknown.message, /does not know the runtime that sandbox.runtime names/);
    }),
);

testWith(
  "a daemon that dies while a command runs is told, and no command runs afterwards",
  daemons,
  (start) =>
    withTempDir(async (dir) => {
      await using daemon = await start();
      const settings = { ...SANDBOX_SETTINGS, dockerHost: daemon.host };
      const care = {
        settings,
        stateDir: dir,
        env: (name: string) => Deno.env.get(name),
        signal: never,
      };
      const { digest } = await buildSandboxImage(care, { packages: [] });
      const executor = await testExecutor({ host: daemon.host, image: digest }, dir);
      await executor.start(never);
      const running = executor.run(shell("sleep 60"), never).then(
        () => undefined,
        (error) => error,
      );
      assert.ok(await soon(5_000, async () => /sleep/.test(await host("ps", ["-eo", "args"]))));
      await daemon.crash();
      const error = await running;
      assert.ok(error instanceof OwllmError, String(error));
      assert.equal(error.code, "unreachable");
      assert.equal(error.message, "The container daemon does not answer");
      await assert.rejects(executor.run(shell("true"), never), /The sandbox is not running/);
      await executor.close();
      const status = await sandboxStatus(care, digest);
      assert.equal(status.ok, false);
      assert.equal(status.problem?.message, "The container daemon does not answer");
    }),
);

testWith("a full disk of the daemon is told", daemons, (start) =>
  withTempDir(async (dir) => {
    await using daemon = await start({ diskMb: 48 });
    const settings = { ...SANDBOX_SETTINGS, dockerHost: daemon.host };
    const care = {
      settings,
      stateDir: dir,
      env: (name: string) => Deno.env.get(name),
      signal: never,
    };
    await assert.rejects(buildSandboxImage(care, { packages: [] }), (error: OwllmError) => {
      assert.equal(error.code, "unreachable");
      assert.equal(error.message, "The disk of the container daemon is full");
      assert.match(error.recoverySuggestion ?? "", /owllm sandbox clean/);
      return true;
    });
  }));

testWith(
  "a user without rights on the socket is told so",
  daemons,
  (start) =>
    withTempDir(async (dir) => {
      await using daemon = await start();
      const said = await host("bash", [
        "-c",
        'setpriv --reuid 65534 --regid 65534 --clear-groups docker -H "$0" version 2>&1; true',
        daemon.host,
      ]);
      const error = engineError("docker", said, "answer");
      assert.equal(error.message, "This user may not talk to the container daemon");
      assert.match(error.recoverySuggestion ?? "", /usermod -aG docker/);
      assert.ok(dir !== "");
    }),
);

Deno.test("engineError() keeps what it does not know, without the engine's own advice", () => {
  const error = engineError(
    "docker",
    "WARNING: x\ndocker: Error response from daemon: odd thing.\nSee 'docker run --help'.\n",
    "start",
  );
  assert.equal(error.code, "unreachable");
  assert.equal(error.message, "docker could not start: Error response from daemon: odd thing.");
});

Deno.test("createExecutor() refuses spaces that are bigger than the memory they are in", async () => {
  const settings = { ...SANDBOX_SETTINGS, memoryMb: 100 };
  await assert.rejects(
    createExecutor({
      settings,
      stateDir: "/nowhere",
      image: undefined,
      clock: systemClock,
      ids: createIds(() => systemClock.now(), systemRandom),
      env: () => undefined,
    }),
    /sandbox.memory_mb \(100\) is less than/,
  );
});
