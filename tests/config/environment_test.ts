import assert from "node:assert/strict";
import { ENVIRONMENT, SETTING_KEYS, variableOf, xdgPaths } from "../../lib/config/mod.ts";
import { absolutePath, displayPath } from "../../lib/config/paths.ts";
import { walkSources } from "../support/sources.ts";

const NAMES: ReadonlySet<string> = new Set(ENVIRONMENT.map(({ name }) => name));

Deno.test("ENVIRONMENT names each variable once, with a purpose, and one for each setting", () => {
  assert.equal(NAMES.size, ENVIRONMENT.length);
  for (const { name, purpose } of ENVIRONMENT) assert.ok(purpose.length > 10, name);
  for (const key of SETTING_KEYS) assert.ok(NAMES.has(variableOf(key)), key);
  assert.equal(variableOf("server.api_key_env"), "OWLLM_SERVER_API_KEY_ENV");
});

Deno.test("ENVIRONMENT lists every variable that lib/ reads by name", async () => {
  const read: string[] = [];
  for await (const { path, text } of walkSources("lib")) {
    const found = text.matchAll(/(?:\benv\??\.?|\benv\.get|\bbase)\(\s*"([A-Z][A-Z0-9_]+)"/g);
    for (const [, name = ""] of found) {
      read.push(name);
      assert.ok(
        NAMES.has(name),
        `${path} reads ${name}, which is not in lib/config/environment.ts`,
      );
    }
  }
  for (const name of ["NO_COLOR", "HOME", "XDG_STATE_HOME", "OLLAMA_HOST"]) {
    assert.ok(read.includes(name), `the search does not find ${name}`);
  }
});

Deno.test("xdgPaths() follows the variables, and ignores those that are not absolute", () => {
  const env: Record<string, string> = { XDG_STATE_HOME: "/s/", XDG_CACHE_HOME: "relative" };
  assert.deepEqual(xdgPaths((name) => env[name], "/home/u"), {
    config: "/home/u/.config/owllm",
    state: "/s/owllm",
    data: "/home/u/.local/share/owllm",
    cache: "/home/u/.cache/owllm",
  });
});

Deno.test("absolutePath() knows the home, dots and doubled slashes", () => {
  assert.equal(absolutePath("a/../b", "/base", "/home/u"), "/base/b");
  assert.equal(absolutePath("../../..", "/base", ""), "/");
  assert.equal(absolutePath("~/x//y/.", "/base", "/home/u"), "/home/u/x/y");
  assert.equal(absolutePath("~", "/base", "/home/u"), "/home/u");
  assert.equal(absolutePath("/a/./b/", "/base", ""), "/a/b");
});

Deno.test("displayPath() is short where it can be", () => {
  assert.equal(displayPath("/w/owllm.toml", "/w", "/home/u"), "owllm.toml");
  assert.equal(displayPath("/home/u/.config/x", "/w", "/home/u"), "~/.config/x");
  assert.equal(displayPath("/work2/x", "/work", ""), "/work2/x");
});
