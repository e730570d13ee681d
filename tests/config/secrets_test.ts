import assert from "node:assert/strict";
import { dotenvValues, knownSecrets } from "../../lib/config/mod.ts";
import { OwllmError } from "../../lib/core/mod.ts";
import { withTempDir } from "../support/state.ts";

Deno.test("dotenvValues() reads every form of a line and leaves what is ordinary", () => {
  const text = [
    "# comment=notasecret",
    "OPENAI_API_KEY=abcdef-123456",
    "export DB_URL='postgres://u:pw@db/x'",
    'MULTI="two words # kept\\nand more"',
    "TRAILING=value-99 # a comment",
    "MODE=production",
    "PASSWORD=production",
    "PORT=8080",
    "OLLAMA_HOST=http://127.0.0.1:11434",
    "EMPTY=",
    "yaml_key: yaml-value-1",
  ].join("\r\n");
  assert.deepEqual(dotenvValues(text), [
    "abcdef-123456",
    "postgres://u:pw@db/x",
    "two words # kept\nand more",
    "value-99",
    "production",
    "yaml-value-1",
  ]);
});

Deno.test("knownSecrets() joins .env files and variables named like a secret", () =>
  withTempDir(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/.env`, "A=first-value-1\n");
    await Deno.writeTextFile(`${cwd}/.env.local`, "B=second-value-2\n");
    const values: Record<string, string> = { OWLLM_API_KEY: "third-3", HOME: "/home/me" };
    const secrets = await knownSecrets({
      cwd,
      env: (name) => values[name],
      names: ["OWLLM_API_KEY", "HOME", "UNSET_TOKEN"],
    });
    assert.deepEqual(secrets.toSorted(), ["first-value-1", "second-value-2", "third-3"]);
  }));

Deno.test("knownSecrets() takes no .env, and a directory of that name, for nothing to hide", () =>
  withTempDir(async (cwd) => {
    await Deno.mkdir(`${cwd}/.env`);
    assert.deepEqual(await knownSecrets({ cwd, env: () => undefined, names: [] }), []);
  }));

Deno.test("knownSecrets() refuses to go on with a .env that it cannot read", () =>
  withTempDir(async (cwd) => {
    await Deno.symlink(`${cwd}/.env`, `${cwd}/.env`);
    await assert.rejects(
      knownSecrets({ cwd, env: () => undefined, names: [] }),
      (error) => error instanceof OwllmError && error.code === "config",
    );
  }));
