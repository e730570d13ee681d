import assert from "node:assert/strict";
import { SCRIPT, STYLE } from "../../../lib/trace/html/assets.ts";
import { ROOT } from "../../support/sources.ts";
import { withTempDir } from "../../support/state.ts";

Deno.test("SCRIPT joins modules of which no two give a name to different things", () => {
  assert.doesNotMatch(SCRIPT, /^(?:import|export) /m);
  const names = [...SCRIPT.matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)]
    .map((match) => match[1]);
  assert.ok(names.length > 50, "the names of the script were not found");
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
});

Deno.test("SCRIPT and STYLE travel inside of a bundle unchanged", () =>
  withTempDir(async (dir) => {
    const bundled = `${dir}/assets.js`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      // As lib/build makes the program.
      args: ["bundle", "--quiet", "--platform", "deno", "--minify", "--output", bundled]
        .concat("lib/trace/html/assets.ts"),
      cwd: ROOT,
      stdin: "null",
      signal: AbortSignal.timeout(60_000),
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { SCRIPT: script, STYLE: style } = await import(`file://${bundled}`);
    assert.ok(script === SCRIPT && style === STYLE, "the bundle has other texts");
  }));
