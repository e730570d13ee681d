/** Whatever comes in: an answer in JSON, never a 500, and nothing done unless it is a call. */
import assert from "node:assert/strict";
import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { GOOD, type TestServer, withToolServer } from "../support/tool_client.ts";

const WRITE = { tool: "write_file", args: { path: "made.txt", content: "x" }, id: "1" };

/** Files of the repository that were not there at its start. */
function made(repository: string): string[] {
  return [...Deno.readDirSync(repository)]
    .map(({ name }) => name)
    .filter((name) => name !== ".git" && name !== "README.md");
}

async function demandNoEffect({ post, repository }: TestServer, body: BodyInit): Promise<void> {
  const { status, body: said } = await post(body);
  assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(said)}`);
  assert.equal(typeof said.message, "string");
  assert.deepEqual(made(repository), []);
}

Deno.test("POST /call takes no bytes for a call", () =>
  withToolServer({ edits: "allow" }, async (server) => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, (bytes) => demandNoEffect(server, bytes.slice())),
      { numRuns: 300 },
    );
  }));

Deno.test("POST /call takes no JSON for a call that is not the envelope", () =>
  withToolServer({ edits: "allow" }, async (server) => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({ tool: fc.jsonValue(), args: fc.jsonValue(), id: fc.jsonValue() }, {
        requiredKeys: [],
      }),
      fc.tuple(fc.string({ minLength: 1 }), fc.jsonValue())
        .filter(([key]) => !(key in WRITE))
        .map(([key, extra]) => ({ ...WRITE, [key]: extra })),
      fc.constantFrom("tool", "args", "id").map((key) => ({ ...WRITE, [key]: undefined })),
    );
    await fc.assert(
      fc.asyncProperty(value, (value) => demandNoEffect(server, JSON.stringify(value))),
      { numRuns: 300 },
    );
  }));

Deno.test("POST /call does nothing for a call with one byte wrong, unless it is still a call", () =>
  withToolServer({ edits: "allow" }, async (server) => {
    const { post, repository, get } = server;
    const validator = new Validator((await get("/schema.json", GOOD)).body, "2020-12");
    const whole = new TextEncoder().encode(JSON.stringify(WRITE));
    const damage = fc.record({
      at: fc.nat({ max: whole.length - 1 }),
      remove: fc.nat({ max: 3 }),
      insert: fc.uint8Array({ maxLength: 2 }),
    });
    let done = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, remove, insert }) => {
        const bytes = new Uint8Array([
          ...whole.subarray(0, at),
          ...insert,
          ...whole.subarray(at + remove),
        ]);
        const { status, body } = await post(bytes);
        assert.ok(status < 500, `${status} ${JSON.stringify(body)}`);
        const names = made(repository);
        if (body.ok === true) {
          done++;
          assert.ok(validator.validate(JSON.parse(new TextDecoder().decode(bytes))).valid);
        } else assert.deepEqual(names, []);
        for (const name of names) await Deno.remove(`${repository}/${name}`, { recursive: true });
      }),
      { numRuns: 500 },
    );
    assert.ok(done > 0, "the oracle never said yes");
  }));
