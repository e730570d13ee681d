import assert from "node:assert/strict";
import { snapshot } from "../../lib/trace/mod.ts";

Deno.test("snapshot() says as JSON what JSON cannot say", () => {
  const named = function named() {};
  assert.deepEqual(
    snapshot({
      big: 12n,
      nan: Number.NaN,
      date: new Date(0),
      noDate: new Date(Number.NaN),
      map: new Map<unknown, unknown>([[1, new Set(["a"])]]),
      bytes: new Uint8Array([1, 2, 255]),
      view: new DataView(new ArrayBuffer(2), 1),
      buffer: new ArrayBuffer(1),
      named,
      symbol: Symbol("s"),
      error: new TypeError("t"),
      url: new URL("http://localhost/x"),
      left: undefined,
      holes: [1, , undefined],
    }),
    {
      big: { $bigint: "12" },
      nan: { $number: "NaN" },
      date: "1970-01-01T00:00:00.000Z",
      noDate: { $number: "Invalid Date" },
      map: [[1, ["a"]]],
      bytes: { $bytes: "AQL/" },
      view: { $bytes: "AA==" },
      buffer: { $bytes: "AA==" },
      named: { $function: "named" },
      symbol: { $symbol: "Symbol(s)" },
      error: { name: "TypeError", message: "t" },
      url: "http://localhost/x",
      holes: [1, null, null],
    },
  );
});

Deno.test("snapshot() shares nothing with what it copied, to the last level", () => {
  const leaf = { n: 1 };
  const live = { a: { b: [leaf] }, again: leaf };
  const copied = snapshot(live) as unknown as typeof live;
  assert.deepEqual(copied, live);
  for (
    const [one, other] of [
      [copied, live],
      [copied.a, live.a],
      [copied.a.b, live.a.b],
      [copied.a.b[0], leaf],
      [copied.again, leaf],
    ]
  ) assert.notEqual(one, other);
});

Deno.test("snapshot() ends on cycles, depth and graphs that grow by sharing", () => {
  const ring: Record<string, unknown> = { name: "ring" };
  ring["self"] = { back: ring };
  assert.deepEqual(snapshot(ring), { name: "ring", self: { back: { $cycle: 2 } } });
  let deep: unknown = new Map();
  for (let i = 0; i < 60; i++) deep = { deep };
  assert.match(JSON.stringify(snapshot(deep)), /\{"\$deep":"Object"\}/);
  let shared: unknown[] = [];
  for (let i = 0; i < 35; i++) shared = [shared, shared];
  assert.match(JSON.stringify(snapshot(shared)), /\$many/);
});

Deno.test("snapshot() never throws, whatever the object does", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const angry = new Proxy({}, {
    get: () => assert.fail("get"),
    ownKeys: () => assert.fail("keys"),
  });
  const hostile = {
    get getter() {
      throw Object.create(null);
    },
    toThrow: { toJSON: () => assert.fail("json") },
    own: { n: 1, toJSON: () => hostile.own },
    revoked: revoked.proxy,
    angry,
    bare: Object.assign(Object.create(null), { ok: true }),
  };
  const copied = snapshot(hostile) as Record<string, Record<string, unknown>>;
  assert.deepEqual(copied["getter"], { $unreadable: "[object]" });
  assert.match(String(copied["toThrow"]?.["$unreadable"]), /json/);
  assert.equal(copied["own"]?.["n"], 1);
  assert.match(String(copied["revoked"]?.["$unreadable"]), /revoked/);
  assert.match(String(copied["angry"]?.["$unreadable"]), /keys|get/);
  assert.deepEqual(copied["bare"], { ok: true });
});

Deno.test("snapshot() keeps a field named __proto__ as a field", () => {
  const copied = snapshot(JSON.parse('{"__proto__":{"admin":true}}'));
  assert.equal(JSON.stringify(copied), '{"__proto__":{"admin":true}}');
  assert.equal((copied as { admin?: boolean }).admin, undefined);
});

Deno.test("snapshot() copies 50 MB of bytes and of text whole", () => {
  const bytes = snapshot(new Uint8Array(50_000_001)) as { $bytes: string };
  assert.equal(bytes.$bytes.length, Math.ceil(50_000_001 / 3) * 4);
  assert.equal((snapshot({ text: "x".repeat(50_000_000) }) as { text: string }).text.length, 5e7);
});
