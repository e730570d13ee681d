import assert from "node:assert/strict";
import { realDocker, testWith } from "../support/real_parts.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { dockerOf } from "../support/sandbox.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();

testWith(
  "owllm sandbox build, status and clean work on a real daemon",
  docker,
  (docker) =>
    withTempDir(async (state) => {
      const env = { DOCKER_HOST: docker.host };
      const run = (...words: string[]) =>
        runOwllm(["sandbox", ...words, "--state", state], { env });
      const before = await run("status");
      assert.equal(before.code, 3);
      assert.match(
        before.stdout,
        /not ready {2}docker\n[\s\S]*There is no image for the sandbox yet\n {2}owllm sandbox build/,
      );
      const built = await run("build", "--json");
      assert.equal(built.code, 0, built.stderr);
      assert.match(built.stderr, /Gathering packages of this host\n[\s\S]*Copying 0 of \d+ MB\n/);
      const { digest, packages, source } = JSON.parse(built.stdout);
      assert.match(digest, /^sha256:[0-9a-f]{64}$/);
      assert.equal(source, "host");
      assert.ok(packages.some((one: string) => /^bash \d/.test(one)));
      const after = await run("status", "--json");
      assert.equal(after.code, 0);
      const status = JSON.parse(after.stdout);
      assert.equal(status.ok, true);
      assert.equal(status.image.digest, digest);
      assert.deepEqual(status.recorded.packages, packages);
      assert.equal(status.host, docker.host);
      const kept = JSON.parse((await run("clean", "--json")).stdout);
      assert.deepEqual(kept, { containers: [], images: 0 }, "the image in use was removed");
      const cleaned = JSON.parse((await run("clean", "--all", "--json")).stdout);
      assert.equal(cleaned.images, 1);
      assert.equal((await run("status")).code, 3);
      const images = await dockerOf(docker)("images", "--no-trunc", "--quiet");
      assert.ok(!images.includes(digest));
      assert.ok(images.includes(docker.image), "another state directory's image was removed");
    }),
);

Deno.test("owllm sandbox refuses what it cannot do, with a sentence", () =>
  withTempDir(async (state) => {
    const cases: readonly (readonly [number, RegExp, Record<string, string>, ...string[]])[] = [
      [3, /no program "docker"/, { PATH: state }, "build"],
      [3, /does not answer/, { OWLLM_SANDBOX_DOCKER_HOST: `unix://${state}/x` }, "build"],
      [
        2,
        /expected a socket of this machine/,
        { OWLLM_SANDBOX_DOCKER_HOST: "tcp://127.0.0.1:1" },
        "build",
      ],
      [4, /"ssh:\/\/host" is not a socket of this machine/, { DOCKER_HOST: "ssh://host" }, "clean"],
      [2, /sandbox.kind is "none"/, { OWLLM_SANDBOX_KIND: "none" }, "build"],
      [2, /as it is/, {}, "build", "--from-registry", "x", "--package", "y"],
    ];
    for (const [code, said, env, ...words] of cases) {
      const ran = await runOwllm(["sandbox", ...words, "--state", state], { env });
      assert.match(ran.stderr, said);
      assert.equal(ran.code, code, ran.stderr);
      assert.doesNotMatch(ran.stderr, /\n\s+at /);
    }
  }));

testWith(
  "owllm sandbox build names a package that is not installed, and an image that is not there",
  docker,
  (docker) =>
    withTempDir(async (state) => {
      const run = (...words: string[]) =>
        runOwllm(["sandbox", "build", ...words, "--state", state], {
          env: { DOCKER_HOST: docker.host },
        });
      const lacking = await run("--package", "no-such-package");
      assert.equal(lacking.code, 3);
      assert.match(
        lacking.stderr,
        /not installed here: no-such-package\n {2}sudo apt-get install -y no-such-package/,
      );
      const pulled = await run("--from-registry", "127.0.0.1:1/no-such-image");
      assert.equal(pulled.code, 3);
      assert.match(
        pulled.stderr,
        /could not pull "127.0.0.1:1\/no-such-image"|daemon does not answer/,
      );
      assert.equal((await run("--from-registry", "--privileged")).code, 2);
      const local = await run("--from-registry", docker.image, "--json");
      assert.equal(local.code, 0, local.stderr);
      assert.equal(JSON.parse(local.stdout).source, "registry");
    }),
);
