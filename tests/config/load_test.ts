import assert from "node:assert/strict";
import {
  ConfigError,
  type FlagValue,
  loadConfig,
  type LoadedConfig,
  serverAddresses,
  type SettingKey,
} from "../../lib/config/mod.ts";
import { withTempDir } from "../support/state.ts";

interface World {
  readonly project?: string;
  readonly user?: string;
  readonly projectModels?: string;
  readonly userModels?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly FlagValue[];
  readonly projectFile?: string;
}

/** Loads from `DIR/project/sub` with the given files in `DIR/project` and `DIR/home`. */
async function load(world: World): Promise<LoadedConfig> {
  let loaded: LoadedConfig | undefined;
  await withTempDir(async (dir) => {
    const config = `${dir}/home/.config/owllm`;
    await Deno.mkdir(config, { recursive: true });
    await Deno.mkdir(`${dir}/project/sub`, { recursive: true });
    const files: [string, string | undefined][] = [
      [`${dir}/project/owllm.toml`, world.project],
      [`${config}/config.toml`, world.user],
      [`${dir}/project/models.toml`, world.projectModels],
      [`${config}/models.toml`, world.userModels],
    ];
    for (const [path, text] of files) {
      if (text !== undefined) await Deno.writeTextFile(path, text);
    }
    loaded = await loadConfig({
      cwd: `${dir}/project`,
      home: `${dir}/home`,
      env: (name) => world.env?.[name],
      flags: world.flags ?? [],
      projectFile: world.projectFile,
    });
  });
  return loaded ?? assert.fail("nothing was loaded");
}

async function problemsOf(world: World): Promise<string[]> {
  try {
    await load(world);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ where, message }) => `${where}: ${message}`);
  }
  return [];
}

function origin({ values }: LoadedConfig, key: SettingKey): string | undefined {
  return values.find((value) => value.key === key)?.origin;
}

const TIERS = {
  flags: [{ key: "smoke.tier", flag: "--tier", value: "quick" }] as const,
  env: { OWLLM_SMOKE_TIER: "deep" },
  project: '[smoke]\ntier = "standard"\n',
  user: '[smoke]\n\ntier = "deep"\n',
};

Deno.test("loadConfig() prefers flag, environment, project, user, default, in this order", async () => {
  const { flags, env, project, user } = TIERS;
  const steps: [World, string, string][] = [
    [{ flags, env, project, user }, "quick", "flag --tier"],
    [{ env, project, user }, "deep", "environment OWLLM_SMOKE_TIER"],
    [{ project, user }, "standard", "owllm.toml:2"],
    [{ user }, "deep", "~/.config/owllm/config.toml:3"],
    [{}, "quick", "default"],
  ];
  for (const [world, tier, from] of steps) {
    const loaded = await load(world);
    assert.equal(loaded.settings.smoke.tier, tier);
    assert.equal(origin(loaded, "smoke.tier"), from);
  }
});

Deno.test("loadConfig() finds the project's file in a directory above", () =>
  withTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/a/b`, { recursive: true });
    await Deno.writeTextFile(`${dir}/owllm.toml`, 'state.dir = "s"\nmodel.default = "m"');
    const options = { cwd: `${dir}/a/b`, home: "", env: () => undefined, flags: [] };
    const loaded = await loadConfig(options);
    assert.equal(loaded.settings.model.default, "m");
    assert.equal(loaded.settings.state.dir, `${dir}/s`);
    assert.equal(origin(loaded, "model.default"), `${dir}/owllm.toml:2`);
    const nearer = `${dir}/a/owllm.toml`;
    await Deno.writeTextFile(nearer, "");
    await assert.rejects(loadConfig(options), /HOME: It is not set/);
    await Deno.writeTextFile(nearer, 'state.dir = "s"');
    assert.deepEqual((await loadConfig(options)).files, [nearer]);
  }));

Deno.test("loadConfig() reports unknown keys with line, and the nearest known one", async () => {
  const project = 'serve.url = "x"\n\n[server]\nprots = [1]\nfrobnicate = 1\n[models]\n';
  const [first, second, third, fourth] = await problemsOf({ project });
  assert.match(
    second ?? "",
    /^owllm\.toml:4: Unknown key "server\.prots" \(did you mean "ports"\?\)$/,
  );
  assert.match(third ?? "", /^owllm\.toml:5: Unknown key "server\.frobnicate"; known here: url, /);
  assert.match(fourth ?? "", /^owllm\.toml:6: Models belong into a models\.toml/);
  assert.match(first ?? "", /^owllm\.toml:1: Unknown key "serve" \(did you mean "server"\?\)$/);
});

Deno.test("loadConfig() reports every wrong value at once, from all places", async () => {
  const problems = await problemsOf({
    project: '[server]\nports = [8080,\n  "x"]\n[smoke]\nttft_budget_ms = 0\ntier = "fast"',
    user: "output = 1\n",
    env: { OWLLM_BUILTIN_THREADS: "two", OLLAMA_HOST: "http://" },
    flags: [{ key: "server.url", flag: "--server", value: "ftp://x" }],
  });
  assert.deepEqual(problems, [
    '~/.config/owllm/config.toml:1: "output" is 1, expected a table [output]',
    'owllm.toml:3: "server.ports.1" is "x", expected a list of ports such as [8080, 8000]',
    'owllm.toml:5: "smoke.ttft_budget_ms" is 0, expected a whole number of at least 1',
    'owllm.toml:6: "smoke.tier" is "fast", expected one of "quick", "standard", "deep"',
    'OWLLM_BUILTIN_THREADS: The value is "two", expected a whole number of at least 1',
    'OLLAMA_HOST: The value is "http://", expected a host and port such as "127.0.0.1:11434"',
    '--server: The value is "ftp://x", expected an http address such as "http://127.0.0.1:11434"',
  ]);
});

Deno.test("loadConfig() reports broken TOML with line and column", async () => {
  const [problem] = await problemsOf({ project: "a = 1\n[server\nurl = 1" });
  assert.match(problem ?? "", /^owllm\.toml:2: Broken TOML in column \d+: \S/);
  const [twice] = await problemsOf({ project: "[smoke]\n[smoke]" });
  assert.match(twice ?? "", /^owllm\.toml:2: Broken TOML/);
});

Deno.test("loadConfig() refuses a --config that is not there", async () => {
  assert.deepEqual(await problemsOf({ projectFile: "nope.toml" }), [
    '--config: There is no file "nope.toml", or it may not be read',
  ]);
});

Deno.test("loadConfig() refuses a key where the name of a variable belongs", async () => {
  const [problem] = await problemsOf({ project: 'server.api_key_env = "sk-abc"' });
  assert.match(problem ?? "", /the name of an environment variable/);
});

Deno.test("loadConfig() treats an empty variable as unset", async () => {
  const loaded = await load({ env: { OWLLM_SMOKE_TIER: "", OLLAMA_HOST: " " } });
  assert.equal(origin(loaded, "smoke.tier"), "default");
  assert.equal(origin(loaded, "server.ollama_url"), "default");
});

Deno.test("loadConfig() reads OLLAMA_HOST as Ollama does", async () => {
  const cases: Record<string, string> = {
    "127.0.0.1": "http://127.0.0.1:11434",
    "0.0.0.0:8080": "http://127.0.0.1:8080",
    ":9000": "http://127.0.0.1:9000",
    "http://gpu": "http://gpu",
    "https://gpu:1/x/": "https://gpu:1/x",
    "[::]": "http://[::1]:11434",
    "localhost:80": "http://localhost",
  };
  for (const [OLLAMA_HOST, expected] of Object.entries(cases)) {
    const loaded = await load({ env: { OLLAMA_HOST } });
    assert.equal(loaded.settings.server.ollamaUrl, expected);
    assert.equal(origin(loaded, "server.ollama_url"), "environment OLLAMA_HOST");
  }
  const both = { OLLAMA_HOST: "a:1", OWLLM_SERVER_OLLAMA_URL: "http://b:2" };
  assert.equal((await load({ env: both })).settings.server.ollamaUrl, "http://b:2");
});

Deno.test("loadConfig() reads the endpoint variables of OpenTelemetry as they are specified", async () => {
  const cases: [Record<string, string>, string, string][] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1/" }, "http://a:1/v1/traces", "ENDPOINT"],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b/x",
      },
      "http://b/x",
      "TRACES_ENDPOINT",
    ],
  ];
  for (const [env, endpoint, variable] of cases) {
    const loaded = await load({ env });
    assert.equal(loaded.settings.trace.otlpEndpoint, endpoint);
    assert.equal(
      origin(loaded, "trace.otlp_endpoint"),
      `environment OTEL_EXPORTER_OTLP_${variable}`,
    );
  }
  const own = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1", OWLLM_TRACE_OTLP_ENDPOINT: "http://c" };
  assert.equal((await load({ env: own })).settings.trace.otlpEndpoint, "http://c");
  await assert.rejects(
    load({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4317" } }),
    /OTEL_EXPORTER_OTLP_ENDPOINT: The value is "localhost:4317"/,
  );
});

Deno.test("loadConfig() converts what the environment says", async () => {
  const { settings } = await load({
    env: {
      OWLLM_SERVER_PORTS: "1, 65535",
      OWLLM_SMOKE_MIN_DECODE_TOK_S: "2.5",
      OWLLM_OUTPUT_COLOR: "True",
      NO_COLOR: "1",
      OWLLM_STATE_DIR: "~/s",
    },
  });
  assert.deepEqual(settings.server.ports, [1, 65535]);
  assert.equal(settings.smoke.minDecodeTokS, 2.5);
  assert.equal(settings.output.color, true);
  assert.match(settings.state.dir, /\/home\/s$/);
  assert.equal((await load({ env: { NO_COLOR: "1" } })).settings.output.color, false);
});

Deno.test("loadConfig() merges models.toml files, the project's first", async () => {
  const { models } = await load({
    project: "",
    projectModels: '[models.a]\nname = "project"',
    userModels: '[models.a]\nname = "user"\n[models."b:1"]\nport = 1',
  });
  assert.deepEqual(models, [{ id: "a", name: "project" }, { id: "b:1", portHint: 1 }]);
});

Deno.test("loadConfig() reports a wrong field of a model with its line", async () => {
  const problems = await problemsOf({
    userModels: '[models."b:1"]\nport = "1"\nmodle_type = "base"\n[[models.c]]\n',
  });
  assert.deepEqual(problems, [
    '~/.config/owllm/models.toml:2: "models.b:1.port" is "1", expected a port from 1 to 65535',
    '~/.config/owllm/models.toml:3: Unknown key "models.b:1.modle_type" (did you mean "model_type"?)',
    '~/.config/owllm/models.toml:4: "models.c" is [{}], expected a table [models.ID] for each model',
  ]);
});

Deno.test("serverAddresses() gives the one server that was named, else all to look at", async () => {
  const { settings } = await load({});
  assert.deepEqual(serverAddresses(settings), [
    "http://127.0.0.1:11434",
    "http://127.0.0.1:8080",
    "http://127.0.0.1:8000",
    "http://127.0.0.1:1234",
  ]);
  const named = await load({ env: { OWLLM_SERVER_URL: "http://127.0.0.1:9" } });
  assert.deepEqual(serverAddresses(named.settings), ["http://127.0.0.1:9"]);
});
