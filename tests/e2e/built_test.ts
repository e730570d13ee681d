/** The built file: what it unpacks, what it refuses, what it passes on, what its runtime may do. */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { builtFile, runProgram } from "../support/built.ts";
import { realDocker, testWith } from "../support/real_parts.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import { withTempDir } from "../support/state.ts";

const built = await builtFile();

/** A home and a warm cache for one test. */
function homeEnv(home: string): Record<string, string> {
  return { HOME: home, XDG_CACHE_HOME: `${home}/cache` };
}

testWith("eight starts of the built file at once on a cold cache all work", built, async (file) => {
  await withTempDir(async (home) => {
    const starts = Array.from({ length: 8 }, () => runProgram(file, ["--version"], homeEnv(home)));
    for (const { code, stdout, stderr } of await Promise.all(starts)) {
      assert.deepEqual({ code, stdout, stderr }, {
        code: 0,
        stdout: `${manifest.version}\n`,
        stderr: "",
      });
    }
    const left = await Array.fromAsync(Deno.readDir(`${home}/cache/owllm`), ({ name }) => name);
    assert.equal(left.length, 1, `left behind: ${left}`);
    const { mode } = await Deno.stat(`${home}/cache/owllm/${left[0]}`);
    assert.equal((mode ?? 0) & 0o077, 0);
  });
});

testWith("the built file refuses a damaged payload and unpacks nothing", built, async (file) => {
  await withTempDir(async (home) => {
    const copy = `${home}/owllm`;
    await Deno.copyFile(file, copy);
    {
      using handle = await Deno.open(copy, { write: true });
      await handle.seek(-1000, Deno.SeekMode.End);
      await handle.write(new TextEncoder().encode("damage"));
    }
    const { code, stderr } = await runProgram(copy, ["--version"], homeEnv(home));
    assert.equal(code, 1);
    assert.match(stderr, /is damaged: its content has another checksum/);
    const left = await Array.fromAsync(Deno.readDir(`${home}/cache/owllm`), ({ name }) => name);
    assert.deepEqual(left, []);
  });
});

testWith("the built file mends a cache whose files have another size", built, async (file) => {
  await withTempDir(async (home) => {
    await runProgram(file, ["--version"], homeEnv(home));
    const [entry] = await Array.fromAsync(Deno.readDir(`${home}/cache/owllm`));
    await Deno.writeTextFile(`${home}/cache/owllm/${entry?.name}/main.js`, "evil()");
    const { code, stdout } = await runProgram(file, ["--version"], homeEnv(home));
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `${manifest.version}\n` });
  });
});

testWith("the built file refuses a cache that others could change", built, async (file) => {
  await withTempDir(async (home) => {
    await Deno.mkdir(`${home}/cache/owllm`, { recursive: true });
    await Deno.chmod(`${home}/cache/owllm`, 0o777);
    const open = await runProgram(file, ["--version"], homeEnv(home));
    assert.equal(open.code, 4);
    assert.match(open.stderr, /is not a private directory of yours/);
    await Deno.remove(`${home}/cache/owllm`);
    await Deno.mkdir(`${home}/elsewhere`, { mode: 0o700 });
    await Deno.symlink(`${home}/elsewhere`, `${home}/cache/owllm`);
    const link = await runProgram(file, ["--version"], homeEnv(home));
    assert.equal(link.code, 4);
  });
});

testWith("the built file works where the home cannot be written", built, async (file) => {
  await withTempDir(async (home) => {
    // Not even root may write there.
    const env = { HOME: "/proc", TMPDIR: home };
    const { code, stdout, stderr } = await runProgram(file, ["--version"], env);
    assert.deepEqual({ code, stdout, stderr }, {
      code: 0,
      stdout: `${manifest.version}\n`,
      stderr: "",
    });
  });
});

testWith("the built file passes strange words on and grants the files they name", built, async (
  file,
) => {
  await using server = await startScriptedServer({ dialect: "ollama" });
  await withTempDir(async (home) => {
    const cwd = `${home}/it's "odd" $HOME`;
    await Deno.mkdir(cwd);
    const args = ["smoke", "model", `${server.url}#scripted:7b`, "--probe", "gen.basic"];
    const files = ["--state", "a state", "--html", "re port.html", "--junit=j'.xml"];
    const run = await runProgram(file, [...args, ...files], homeEnv(home), cwd);
    assert.equal(run.code, 0, run.stderr);
    assert.match(await Deno.readTextFile(`${cwd}/re port.html`), /^<!doctype html>/i);
    assert.match(await Deno.readTextFile(`${cwd}/j'.xml`), /<testsuites/);
    const comma = `${home}/a,b`;
    await Deno.mkdir(comma);
    const refused = await runProgram(file, ["--version"], homeEnv(home), comma);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /has a comma in it/);
  });
});

testWith("the built file hands on exit codes and Ctrl-C", built, async (file) => {
  await using server = await startScriptedServer({
    dialect: "openai",
    tokensPerSecond: 0.01,
  });
  await withTempDir(async (home) => {
    const env = { PATH: Deno.env.get("PATH") ?? "", ...homeEnv(home) };
    assert.equal((await runProgram(file, ["smok"], env)).code, 2);
    const nobody = await runProgram(
      file,
      ["smoke", "model", "x", "--server", "http://127.0.0.1:4"],
      env,
    );
    assert.equal(nobody.code, 3, nobody.stderr);
    const child = new Deno.Command(file, {
      args: ["smoke", "model", `${server.url}#scripted:7b`, "--probe", "gen.basic"],
      env,
      clearEnv: true,
      stdout: "null",
      stderr: "null",
    }).spawn();
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const start = performance.now();
    child.kill("SIGINT");
    assert.equal((await child.status).code, 130);
    assert.ok(performance.now() - start < 1500);
  });
});

testWith("the built file's runtime refuses every other address, file and program", built, async (
  file,
) => {
  await withTempDir(async (home) => {
    await runProgram(file, ["--version"], homeEnv(home));
    // The same launcher with another program: what it grants is all that this one has.
    const bytes = await Deno.readFile(file);
    const skip = /skip=(\d+)/.exec(new TextDecoder().decode(bytes.subarray(0, 4096)))?.[1];
    const launcher = new TextDecoder().decode(bytes.subarray(0, Number(skip) - 1));
    const probe = `${home}/probe.js`;
    const changed = launcher.replace('"$home_dir/main.js"', `"${probe}"`);
    assert.notEqual(changed, launcher);
    await Deno.writeTextFile(`${home}/launcher`, changed, { mode: 0o700 });
    await Deno.writeTextFile(
      probe,
      `const tries = {
        remote: () => fetch("http://93.184.216.34/"),
        name: () => fetch("http://example.com/"),
        lan: () => Deno.connect({ hostname: "192.168.1.1", port: 80 }),
        dns: () => Deno.resolveDns("example.com", "A"),
        shadow: () => Deno.readTextFile("/etc/shadow"),
        write: () => Deno.writeTextFile("/tmp/owllm-must-not-be", "x"),
        shell: async () => new Deno.Command("/bin/sh", { args: ["-c", "true"] }).output(),
        secret: () => Promise.resolve().then(() => Deno.env.get("AWS_SECRET_ACCESS_KEY")),
        ffi: () => Promise.resolve().then(() => Deno.dlopen("libc.so.6", {})),
      };
      for (const [name, attempt] of Object.entries(tries)) {
        console.log(name, await attempt().then(() => "ALLOWED", (error) => error.name));
      }`,
    );
    const { stdout, stderr } = await runProgram(`${home}/launcher`, [], homeEnv(home), home);
    const verdicts = stdout.trim().split("\n");
    assert.equal(verdicts.length, 9, stderr);
    for (const verdict of verdicts) assert.match(verdict, / NotCapable$/);
  });
});

testWith("the built file sends nothing to a proxy of the environment", built, async (file) => {
  await using server = await startScriptedServer({ dialect: "ollama" });
  await withTempDir(async (home) => {
    const proxy = "http://127.0.0.1:4";
    const env = { ...homeEnv(home), HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy };
    const args = ["smoke", "model", `${server.url}#scripted:7b`, "--probe", "gen.basic"];
    const { code, stderr } = await runProgram(file, args, env);
    assert.equal(code, 0, stderr);
  });
});

testWith("the built file's runtime sends no telemetry", built, async (file) => {
  let asked = 0;
  await using collector = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    asked++;
    return new Response();
  });
  await using server = await startScriptedServer({ dialect: "ollama" });
  await withTempDir(async (home) => {
    const endpoint = `http://127.0.0.1:${collector.addr.port}`;
    const env = { ...homeEnv(home), OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    const args = ["smoke", "model", `${server.url}#scripted:7b`, "--probe", "gen.basic"];
    const { code, stderr } = await runProgram(file, args, env);
    assert.equal(code, 0, stderr);
  });
  assert.equal(asked, 0);
});

testWith("the built file takes the grants that are told to it, and no half ones", built, async (
  file,
) => {
  await withTempDir(async (home) => {
    for (const [hosts, code] of [["[fe80::1]:80", 0], ["a.lan,b.lan:80", 0], ["a,", 2], ["*", 2]]) {
      const env = { ...homeEnv(home), OWLLM_ALLOW_NET: String(hosts) };
      const run = await runProgram(file, ["--version"], env);
      assert.equal(run.code, code, `${hosts}: ${run.stderr}`);
    }
  });
});

testWith(
  "the built file makes an image of the sandbox, with the grants that it is given",
  built,
  async (file) => {
    const docker = await realDocker();
    if (!docker.there) return assert.notEqual(Deno.env.get("CI"), "true", docker.reason);
    await withTempDir(async (home) => {
      const env = { ...homeEnv(home), DOCKER_HOST: docker.part.host };
      const run = (...words: string[]) =>
        runProgram(file, [...words, "--state", `${home}/state`], env);
      const made = await run("sandbox", "build", "--json");
      assert.equal(made.code, 0, made.stderr);
      assert.ok(JSON.parse(made.stdout).packages.length > 50);
      assert.equal((await run("sandbox", "status")).code, 0);
      assert.equal(JSON.parse((await run("sandbox", "clean", "--all", "--json")).stdout).images, 1);
    });
  },
);
