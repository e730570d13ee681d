/** `prices.toml`: where it is looked for, what it may hold, and what is said when it is wrong. */
import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../../lib/config/mod.ts";
import { ROOT } from "../support/sources.ts";
import { withTempDir } from "../support/state.ts";

function load(files: Readonly<Record<string, string>>, check: (dir: string) => Promise<void>) {
  return withTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/.config/owllm`, { recursive: true });
    await Deno.writeTextFile(`${dir}/owllm.toml`, "");
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    await check(dir);
  });
}

const loaded = (dir: string) =>
  loadConfig({ cwd: dir, home: dir, env: () => undefined, flags: [] });

Deno.test("loadConfig() reads prices; the project's hold for a model that stands in both", () =>
  load({
    ".config/owllm/config.toml": "",
    ".config/owllm/prices.toml": "[prices.a]\ninput = 1\noutput = 2\n[prices.b]\ninput=3\noutput=4",
    "prices.toml": "[prices.a]\ninput = 5\noutput = 6\ncached = 0.5",
  }, async (dir) => {
    const { prices, files } = await loaded(dir);
    assert.deepEqual(prices.toSorted((a, b) => a.model < b.model ? -1 : 1), [
      { model: "a", input: 5, output: 6, cached: 0.5 },
      { model: "b", input: 3, output: 4 },
    ]);
    assert.ok(files.includes(`${dir}/prices.toml`));
  }));

Deno.test("loadConfig() says line and nearest key of what is wrong in prices.toml", () =>
  load({
    "prices.toml": '[prices."x*"]\ninput = -1\noutptu = 2\n[price]\n',
  }, async (dir) => {
    await assert.rejects(() => loaded(dir), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems.map(({ where, message }) => `${where}: ${message}`), [
        'prices.toml:1: "prices.x*.output" is missing, expected US dollars per million output tokens, such as 2',
        'prices.toml:2: "prices.x*.input" is -1, expected US dollars per million input tokens, such as 0.25',
        'prices.toml:3: Unknown key "prices.x*.outptu" (did you mean "output"?)',
        'prices.toml:4: Unknown key "price" (did you mean "prices"?)',
      ]);
      return true;
    });
  }));

Deno.test("configs/prices.toml loads and shows every field", async () => {
  const example = await Deno.readTextFile(new URL("configs/prices.toml", ROOT));
  await load({ "prices.toml": example }, async (dir) => {
    const { prices } = await loaded(dir);
    const fields = new Set(prices.flatMap((price) => Object.keys(price)));
    assert.deepEqual([...fields].toSorted(), ["cached", "input", "model", "output"]);
  });
});
