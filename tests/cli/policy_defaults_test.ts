import assert from "node:assert/strict";
import { POLICY_DEFAULTS } from "../../lib/cli/policy_defaults.ts";
import { decide } from "../../lib/policy/mod.ts";
import { PLAIN_WORLD } from "../support/policy_worlds.ts";

for (const { decision, what, examples } of POLICY_DEFAULTS) {
  Deno.test(`POLICY_DEFAULTS says what holds: ${what}`, () => {
    assert.ok(examples.length > 0);
    for (const example of examples) {
      assert.equal(decide(example, PLAIN_WORLD).decision, decision, example);
    }
  });
}
