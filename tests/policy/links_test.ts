import assert from "node:assert/strict";
import { decide } from "../../lib/policy/mod.ts";
import { type FixedFiles, fixedProbe } from "../support/fixed_probe.ts";

function judge(text: string, files: FixedFiles): string {
  const context = { cwd: "/repo", repository: "/repo", home: "/home/user" };
  return decide(text, { ...context, files: fixedProbe({ "/repo/src/a.ts": "", ...files }) })
    .decision;
}

const SEARCHES = [
  "grep -R foo .",
  "grep -R foo",
  "rg -L foo",
  "rg --follow foo src .",
  "cd src; rg -L x ..",
];

Deno.test("decide() allows a search that follows links where no link leads out", () => {
  for (const text of SEARCHES) {
    assert.equal(judge(text, { "/repo/link": "-> src/a.ts", "/repo/deep/x/y": "" }), "allow", text);
  }
});

Deno.test("decide() asks for a search that follows links where one leads out, and not for a plain one", () => {
  for (const target of ["-> /home/user", "-> ../../../other", "-> /nowhere"]) {
    for (const text of SEARCHES) {
      assert.equal(judge(text, { "/repo/deep/x/link": target }), "approve", `${text} ${target}`);
    }
    assert.equal(judge("grep -r foo .", { "/repo/deep/x/link": target }), "allow");
    assert.equal(judge("grep -R foo src", { "/repo/deep/x/link": target }), "allow");
  }
});

Deno.test("decide() asks for a search that follows links through more names than are looked at", () => {
  const many = Object.fromEntries(
    Array.from({ length: 1001 }, (_, index) => [`/repo/data/${index}`, ""]),
  );
  assert.equal(judge("grep -R foo .", many), "approve");
  assert.equal(judge("grep -R foo src", many), "allow");
});
