import assert from "node:assert/strict";
import { decide, type FileProbe } from "../../lib/policy/mod.ts";
import { PLAIN_WORLD } from "../support/policy_worlds.ts";

Deno.test("decide() asks about each file once, so that one judgement sees one state of the files", () => {
  const asked = new Map<string, number>();
  const counted = <T>(kind: string, ask: (path: string) => T) => (path: string): T => {
    asked.set(`${kind} ${path}`, (asked.get(`${kind} ${path}`) ?? 0) + 1);
    return ask(path);
  };
  const { realPath, kind, list, readText } = PLAIN_WORLD.files;
  const files: FileProbe = {
    realPath: counted("realPath", realPath),
    kind: counted("kind", kind),
    list: counted("list", list),
    readText: (path, maxBytes) => counted("readText", (one) => readText(one, maxBytes))(path),
  };
  const text = "cat README.md src/*.ts; cat README.md && git status && git log; wc -l src/*.ts";
  assert.equal(decide(text, { ...PLAIN_WORLD, files }).decision, "allow");
  assert.ok(asked.has("realPath /work/repo/README.md"));
  assert.deepEqual([...asked].filter(([, times]) => times > 1), []);
});
