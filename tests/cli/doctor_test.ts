import assert from "node:assert/strict";
import type { CheckResult } from "../../lib/envs/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

/** What programs of the machine do, by name: lines of a shell script. */
type Programs = Readonly<Record<string, string>>;

interface Doctor {
  readonly code: number;
  readonly checks: Readonly<Record<string, CheckResult>>;
  readonly stderr: string;
}

/** Runs the doctor on a machine that has these programs and no others. */
async function examine(
  programs: Programs,
  { env = {}, args = [], dir }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
    readonly dir: string;
  },
): Promise<Doctor> {
  await Deno.mkdir(`${dir}/bin`);
  for (const [name, lines] of Object.entries(programs)) {
    await Deno.writeTextFile(`${dir}/bin/${name}`, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  const { code, stdout, stderr } = await runOwllm(
    ["doctor", "--json", ...args],
    {
      cwd: dir,
      env: { PATH: `${dir}/bin`, OLLAMA_HOST: "127.0.0.1:9", OWLLM_SERVER_PORTS: "9", ...env },
    },
  );
  const { checks } = JSON.parse(stdout) as { checks: (CheckResult & { id: string })[] };
  return { code, stderr, checks: Object.fromEntries(checks.map((check) => [check.id, check])) };
}

Deno.test("doctor finds what is there", async () => {
  await withTempDir(async (dir) => {
    await using server = await startScriptedServer({ dialect: "ollama" });
    const { code, checks } = await examine({
      docker: "echo 27.0.1",
      git: "echo git version 2.50.1",
      "nvidia-smi": "echo 'RTX 3060, 12288, 11264'",
      python3: "echo Python 3.12.1",
      uv: "echo uv 0.13.0",
    }, { dir, env: { OLLAMA_HOST: server.url.replace("http://", "") } });
    assert.equal(code, 0);
    const values = Object.entries(checks).map(([id, { status, value }]) =>
      `${id} ${status} ${value}`
    );
    const expected = [
      /^deno ok 2\./,
      /^config ok no file: defaults/,
      /^state ok none yet; it will be made in /,
      new RegExp(`^servers ok ollama .* at ${server.url}: scripted:7b$`),
      /^builtin missing no weights yet/,
      /^gpu ok RTX 3060, 12\.0 GiB, 11\.0 GiB free/,
      /^memory (ok|warn) [\d.]+ [GM]iB, [\d.]+ [GM]iB available/,
      /^cores ok \d+ \(/,
      /^disk (ok|warn) [\d.]+ [GM]iB free for state/,
      /^docker ok Docker 27\.0\.1$/,
      /^git ok Git 2\.50\.1$/,
      /^python ok Python 3\.12\.1$/,
      /^installer ok uv 0\.13\.0$/,
    ];
    assert.equal(values.length, expected.length);
    for (const [i, pattern] of expected.entries()) assert.match(values[i] ?? "", pattern);
    for (const [id, { status, fix }] of Object.entries(checks)) {
      assert.equal(typeof fix === "string", status !== "ok", `${id} has a line to paste unless ok`);
    }
  });
});

Deno.test("doctor on a bare machine names what is missing and the line to paste", async () => {
  await withTempDir(async (dir) => {
    const { code, checks } = await examine({}, { dir });
    assert.equal(code, 0);
    for (const id of ["servers", "builtin", "gpu", "docker", "git", "python", "installer"]) {
      assert.equal(checks[id]?.status, "missing", id);
      assert.ok((checks[id]?.fix ?? "").length > 5, id);
    }
    assert.match(checks["servers"]?.value ?? "", /none answers at 127\.0\.0\.1:9/);
  });
});

Deno.test("doctor tells a daemon that is down from one that may not be used, and an old Python", async () => {
  const cases: [Programs, string, RegExp, RegExp][] = [
    [
      { docker: "echo 'permission denied while trying to connect' >&2; exit 1" },
      "docker",
      /may not use it/,
      /usermod/,
    ],
    [
      { docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" },
      "docker",
      /daemon does not answer/,
      /start docker|open -a/,
    ],
    [{ python3: "echo Python 3.7.3" }, "python", /3\.7\.3, at least 3\.9/, /install/],
    [{ git: "echo broken >&2; exit 127" }, "git", /does not run \(exit 127\): broken/, /install/],
    [{ "nvidia-smi": "echo No driver; exit 9" }, "gpu", /finds no card: No driver/, /nvidia-smi/],
  ];
  for (const [programs, id, value, fix] of cases) {
    await withTempDir(async (dir) => {
      const { code, checks } = await examine(programs, { dir });
      assert.equal(code, 0);
      assert.equal(checks[id]?.status, "warn", id);
      assert.match(checks[id]?.value ?? "", value);
      assert.match(checks[id]?.fix ?? "", fix);
    });
  }
});

Deno.test("doctor does not wait for a program that hangs", async () => {
  await withTempDir(async (dir) => {
    const start = performance.now();
    const { code, checks } = await examine({ git: "exec /bin/sleep 30" }, { dir });
    assert.equal(code, 0);
    assert.equal(checks["git"]?.status, "warn");
    assert.match(checks["git"]?.value ?? "", /did not end within 2 s/);
    assert.ok(performance.now() - start < 15_000);
  });
});

Deno.test("doctor reports a broken configuration, looks at the rest, and ends with 1", async () => {
  await withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/owllm.toml`, "[smoke]\ntier = 7\n");
    const { code, checks } = await examine({ git: "echo git version 2.1.0" }, { dir });
    assert.equal(code, 1);
    assert.equal(checks["config"]?.status, "broken");
    assert.match(checks["config"]?.value ?? "", /owllm\.toml:2: "smoke\.tier" is 7/);
    assert.equal(checks["config"]?.fix, "owllm config check");
    assert.equal(checks["git"]?.status, "ok");
  });
});

Deno.test("doctor reads the state: rows when sound, broken when damaged or nowhere to be made", async () => {
  await withTempDir(async (dir) => {
    using state = await openTestState(`${dir}/state`);
    state.models.upsert({ id: "m", kind: "ollama", baseUrl: "", name: "", source: "added" });
    const sound = await examine({}, { dir, args: ["--state", `${dir}/state`] });
    assert.match(
      sound.checks["state"]?.value ?? "",
      /^state\/owllm\.db, \d+ KiB, 1 model, 0 smoke runs$/,
    );
  });
  await withTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/state`, { mode: 0o700 });
    await Deno.writeTextFile(`${dir}/state/owllm.db`, "this is no database".repeat(99));
    const damaged = await examine({}, { dir, args: ["--state", `${dir}/state`] });
    assert.equal(damaged.code, 1);
    assert.equal(damaged.checks["state"]?.status, "broken");
  });
  await withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "");
    const nowhere = await examine({}, { dir, args: ["--state", `${dir}/file/state`] });
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.checks["state"]?.value ?? "", /cannot be written/);
  });
});

Deno.test("doctor prints a line per check, and the fix below", async () => {
  await withTempDir(async (dir) => {
    const env = { PATH: dir, OLLAMA_HOST: "127.0.0.1:9", OWLLM_SERVER_PORTS: "9" };
    const { stdout, code } = await runOwllm(["doctor"], { cwd: dir, env });
    assert.equal(code, 0);
    assert.match(stdout, /^✓ Deno {13}2\./);
    assert.match(stdout, /\n– Model servers {4}missing: none answers .*\n {19}ollama serve\n/);
    assert.match(stdout, /\nowllm can work here\.\n$/);
  });
});
