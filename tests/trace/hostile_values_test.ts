/** What holds for every value and every text, tried with many. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createRedactor, snapshot } from "../../lib/trace/mod.ts";

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withObjectString: true,
});

Deno.test("snapshot() makes plain JSON data of any value", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const copied = snapshot(value);
      assert.deepEqual(JSON.parse(JSON.stringify(copied)), unsigned(copied));
    }),
    { numRuns: 1000 },
  );
});

/** JSON has no minus zero. */
function unsigned(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unsigned);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unsigned(item)]));
}

const SECRET = "Zq7pX2vLm9TbR4wK";

/** Text that looks as if there were secrets in it, and some that are. */
const suspicious = fc.array(
  fc.oneof(
    fc.constantFrom(
      "password",
      "api_key",
      "HF_TOKEN",
      "Authorization: Bearer ",
      "sk-",
      "=",
      ":",
      '"',
      "'",
      "\\",
      '\\"',
      " ",
      "\n",
      "{",
      "}",
      "[",
      "]",
      ",",
      "://a:",
      "@",
      "-----BEGIN PRIVATE KEY-----",
      "-----END PRIVATE KEY-----",
      "eyJ",
      "--token ",
      SECRET,
    ),
    fc.string({ maxLength: 4 }),
  ),
  { maxLength: 30 },
).map((parts) => parts.join(""));

Deno.test("Redactor.text() finds an assignment of a secret on its line, whatever is around", () => {
  const { text } = createRedactor();
  const forms = fc.constantFrom(
    `password=${SECRET}`,
    `api_key: "${SECRET}"`,
    `Authorization: Bearer ${SECRET}`,
    `--token ${SECRET}`,
    `sk-${SECRET}`,
  );
  fc.assert(
    fc.property(suspicious, forms, suspicious, (before, form, after) => {
      const around = [before, after].map((part) => part.replaceAll(SECRET, "x"));
      const clean = text([around[0], form, around[1]].join("\n"));
      assert(!clean.includes(SECRET), clean);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("Redactor.text() keeps any JSON valid, and takes out the secret in every field named so", () => {
  const { text } = createRedactor();
  const names = fc.constantFrom(
    ...["password", "api_key", "Authorization", "clientSecret", "HF_TOKEN", "appSecret"],
    ...["AWS_ACCESS_KEY", "MY_SECRET", "openaiApiKey", "refresh_token", "--db-password", "cookie"],
  );
  const data = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(suspicious, fc.jsonValue()));
  fc.assert(
    fc.property(names, data, fc.nat(3), (name, around, nesting) => {
      let value: unknown = { ...withoutSecret(around), [name]: SECRET };
      for (let i = 0; i < nesting; i++) {
        value = { a: i % 2 === 0 ? JSON.stringify(value) : [value] };
      }
      const clean = text(JSON.stringify(value));
      assert(!clean.includes(SECRET), clean);
      JSON.parse(clean);
    }),
    { numRuns: 1000 },
  );
});

/** Only the named field shall tell that the value is a secret. */
function withoutSecret(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(fields).replaceAll(SECRET, "x"));
}
