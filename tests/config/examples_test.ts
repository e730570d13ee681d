/** The example files are loaded, hold every key, and their values are the defaults. */
import assert from "node:assert/strict";
import { loadConfig, SETTING_KEYS, SETTINGS } from "../../lib/config/mod.ts";
import { MODEL_FIELDS } from "../../lib/config/models_file.ts";
import { RULE_FIELDS } from "../../lib/config/policy_file.ts";
import { failedExamples } from "../../lib/policy/mod.ts";
import { SERVER_KINDS } from "../../lib/models/mod.ts";
import type { SmokeSettings } from "../../lib/smoke/probe.ts";
import { CHOICES } from "../../lib/config/settings.ts";
import { ROOT } from "../support/sources.ts";
import { withTempDir } from "../support/state.ts";

const example = (name: string) => Deno.readTextFile(new URL(`configs/${name}`, ROOT));

/** The example with every commented-out key taken in. */
const uncommented = (text: string) => text.replaceAll(/^# (\w+ = .*)$/gm, "$1");

function load(dir: string) {
  return loadConfig({ cwd: dir, home: dir, env: () => undefined, flags: [] });
}

Deno.test("configs/owllm.toml holds the defaults", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/owllm.toml`, await example("owllm.toml"));
    const { values } = await load(dir);
    for (const { key, value, origin } of values) {
      const preset = SETTINGS[key].default;
      if (preset === undefined) assert.equal(origin, "default", key);
      else {
        assert.deepEqual(value, preset, key);
        assert.match(origin, /^owllm\.toml:\d+$/, key);
      }
    }
  }));

Deno.test("configs/owllm.toml lists every key, the optional ones as a comment", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/owllm.toml`, uncommented(await example("owllm.toml")));
    const { values, settings } = await load(dir);
    const missing = values.filter(({ origin }) => origin === "default").map(({ key }) => key);
    assert.deepEqual(missing, []);
    assert.equal(values.length, SETTING_KEYS.length);
    assert.equal(settings.state.dir, `${dir}/.local/state/owllm`);
  }));

Deno.test("configs/models.toml loads and shows every field", () =>
  withTempDir(async (dir) => {
    const text = await example("models.toml");
    await Deno.writeTextFile(`${dir}/owllm.toml`, "");
    await Deno.writeTextFile(`${dir}/models.toml`, text);
    const { models } = await load(dir);
    const shown = new Set(models.flatMap((model) => Object.keys(model)));
    for (const { field } of Object.values(MODEL_FIELDS)) assert.ok(shown.has(field), field);
    assert.deepEqual(models.map(({ id }) => id), ["coder", "tuned", "tiny"]);
    assert.equal(models[1]?.adapterDir, `${dir}/adapters/tuned`);
    assert.equal(models[2]?.gguf, `${dir}/models/SmolLM2-135M-Instruct-Q4_1.gguf`);
  }));

Deno.test("configs/policy.toml loads, shows every field, and its examples turn out so", () =>
  withTempDir(async (dir) => {
    const text = await example("policy.toml");
    await Deno.writeTextFile(`${dir}/owllm.toml`, "");
    await Deno.writeTextFile(`${dir}/policy.toml`, text);
    const { rules } = await load(dir);
    assert.deepEqual(rules.map(({ decision }) => decision), ["approve", "deny", "approve"]);
    assert.deepEqual(rules.flatMap(failedExamples), []);
    for (const field of Object.keys(RULE_FIELDS)) {
      assert.match(text, new RegExp(`^${field} = `, "m"));
    }
  }));

Deno.test("the settings of the smoke and the kinds of servers fit the rooms that use them", () =>
  withTempDir(async (dir) => {
    const smoke: SmokeSettings = (await load(dir)).settings.smoke;
    assert.equal(smoke.agentContextTokens, 16_384);
    assert.deepEqual(CHOICES.server_kind, SERVER_KINDS);
  }));
