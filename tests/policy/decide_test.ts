import assert from "node:assert/strict";
import { decide } from "../../lib/policy/mod.ts";
import { fixedProbe } from "../support/fixed_probe.ts";

Deno.test("decide() never allows what it does not understand", () => {
  const context = {
    cwd: "/repo",
    repository: "/repo",
    home: "/home/user",
    files: fixedProbe({ "/repo": null }),
  };
  assert.equal(decide("frobnicate --all", context).decision, "approve");
  assert.equal(decide("ls (", context).decision, "approve");
  assert.equal(decide("ls -la src", context).decision, "allow");
  assert.equal(decide("cat .env", context).decision, "deny");
});
