import assert from "node:assert/strict";
import { createRedactor, REDACTED, SessionTracer } from "../../lib/trace/mod.ts";

const redactor = createRedactor();
const SECRET = "Zq7pX2vLm9TbR4wK";

Deno.test("Redactor.text() takes out secrets wherever text says that they are some", () => {
  for (
    const [text, clean] of [
      [`Authorization: Bearer ${SECRET}`, `Authorization: Bearer ${REDACTED}`],
      ["authorization: Basic dTpw", `authorization: Basic ${REDACTED}`],
      [
        `curl -H "Authorization: Bearer ${SECRET}" x`,
        `curl -H "Authorization: Bearer ${REDACTED}" x`,
      ],
      [`-H 'x-api-key: ${SECRET}'`, `-H 'x-api-key: ${REDACTED}'`],
      [`http://127.0.0.1:8888/?token=${SECRET}`, `http://127.0.0.1:8888/?token=${REDACTED}`],
      [`OPENAI_API_KEY=${SECRET} next`, `OPENAI_API_KEY=${REDACTED} next`],
      [`export AWS_SECRET_ACCESS_KEY='${SECRET}'`, `export AWS_SECRET_ACCESS_KEY='${REDACTED}'`],
      [`HF_TOKEN: ${SECRET}`, `HF_TOKEN: ${REDACTED}`],
      ['DB_PASSWORD="two words"', `DB_PASSWORD="${REDACTED}"`],
      [`{"apiKey": "${SECRET}", "n": 1}`, `{"apiKey":"${REDACTED}","n":1}`],
      [`call(api_key="${SECRET}")`, `call(api_key="${REDACTED}")`],
      [`config => password => '${SECRET}'`, `config => password => '${REDACTED}'`],
      [`tool --api-key ${SECRET} --verbose`, `tool --api-key ${REDACTED} --verbose`],
      [`tool --token=${SECRET}`, `tool --token=${REDACTED}`],
      [`sent bearer ${SECRET}`, `sent bearer ${REDACTED}`],
      ["cookie: session=abc; id=2", `cookie: session=${REDACTED}`],
      ["postgres://me:pw@localhost/db", `postgres://me:${REDACTED}@localhost/db`],
      [`say \\"password\\": \\"${SECRET}\\" end`, `say \\"password\\": \\"${REDACTED}\\" end`],
      [`password=a\\b${SECRET}`, `password=${REDACTED}`],
    ]
  ) assert.equal(redactor.text(text ?? ""), clean);
});

Deno.test("Redactor.text() knows keys by their form", () => {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (
    const key of [
      "sk-abcdefgh",
      `sk-ant-api03-${letters}`,
      `sk_live_${letters}`,
      `ghp_${letters}`,
      `github_pat_${letters}`,
      `glpat-${letters}`,
      `hf_${letters}`,
      `gsk_${letters}`,
      `npm_${letters}`,
      `pypi-AgEIcHlwaS5vcmc${letters}`,
      `xoxb-123456789012-${letters}`,
      "AKIAIOSFODNN7EXAMPLE",
      `AIzaSy${letters.slice(0, 33)}`,
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
      `-----BEGIN RSA PRIVATE KEY-----\n${letters}\n-----END RSA PRIVATE KEY-----`,
      `-----BEGIN PRIVATE KEY-----\\n${letters}`,
    ]
  ) assert.equal(redactor.text(`before ${key}, after`), `before ${REDACTED}, after`, key);
});

Deno.test("Redactor.text() leaves ordinary words", () => {
  for (
    const text of [
      "max_tokens: 100, total_tokens=5, prompt tokens: 12",
      "the secret sauce is a token of love",
      "Bearer authentication is used here",
      "eos_token: </s> and EOS_TOKEN=</s>",
      "function f(password: string, token: string): boolean",
      'const key = process.env.OPENAI_API_KEY; password = os.environ["PASSWORD"]',
      'client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])',
      "API_KEY=\nDEBUG=1",
      "sk-learn, task-scheduler, risk-averse-people",
      "npm-run-all-parallel-scripts hf-internal-testing-tiny-random",
      "see https://example.com:8080/a@b and user@host",
      'a file that names "-----BEGIN PRIVATE KEY-----": only its head',
      "tokenizer: gpt2, passwords are hard, the private road",
    ]
  ) {
    const expected = text.replace("-----BEGIN PRIVATE KEY-----", REDACTED);
    assert.equal(redactor.text(text), expected);
  }
});

Deno.test("Redactor.text() keeps JSON text valid JSON, exactly as it was when nothing is secret", () => {
  const args = JSON.stringify({
    command: `curl -H "Authorization: Bearer ${SECRET}" -d '{"password":"${SECRET}"}'`,
    env: [{ name: "MY_API_KEY", value: SECRET }],
    inner: JSON.stringify({ client_secret: SECRET }),
  });
  const clean = redactor.text(args);
  assert(!clean.includes(SECRET), clean);
  const parsed = JSON.parse(clean);
  assert.deepEqual(parsed.env, [{ name: "MY_API_KEY", value: REDACTED }]);
  assert.deepEqual(JSON.parse(parsed.inner), { client_secret: REDACTED });
  const spaced = '{ "max_tokens" : 1.0,\n "secret" : "" }';
  assert.equal(redactor.text(spaced), spaced);
  const crossing = '{"a":"--token ","b":"x"}';
  assert.equal(redactor.text(crossing), crossing);
  // Of two fields of one name a parser shows the last only.
  assert(!redactor.text(`{"password":"${SECRET}","password":""}`).includes(SECRET));
});

Deno.test("Redactor.json() takes out fields by name, headers as pairs, nested, and secret keys", () => {
  const data = {
    headers: [["Authorization", "x"], ["accept", "y"]],
    argv: ["tool", "--token", "x", "--api-key", "--max-tokens", "5", "--db-password", "y"],
    list: [{ key: "db_password", value: "x" }, { key: "color", value: "red" }],
    deep: [{ OPENAI_API_KEY: "x", GITHUB_TOKEN: "y", userPassword: "z" }],
    credentials: { user: "a" },
    has: { api_key: true, password: null, secret: "", api_keys: 3 },
    pin: { password: 12345678, appSecret: "x", ACCESS_KEY: "y", "proxy-authorization": "z" },
    tool: { properties: { api_key: { type: "string", description: "The key" } } },
    "sk-abcdefgh1": 1,
    "sk-abcdefgh2": 2,
    usage: { input_tokens: 1, eos_token: "</s>", EOS_TOKEN: "</s>" },
  };
  assert.deepEqual(redactor.json(data), {
    headers: [["Authorization", REDACTED], ["accept", "y"]],
    argv: [
      "tool",
      "--token",
      REDACTED,
      "--api-key",
      "--max-tokens",
      "5",
      "--db-password",
      REDACTED,
    ],
    list: [{ key: "db_password", value: REDACTED }, { key: "color", value: "red" }],
    deep: [{ OPENAI_API_KEY: REDACTED, GITHUB_TOKEN: REDACTED, userPassword: REDACTED }],
    credentials: REDACTED,
    has: data.has,
    pin: {
      password: REDACTED,
      appSecret: REDACTED,
      ACCESS_KEY: REDACTED,
      "proxy-authorization": REDACTED,
    },
    tool: data.tool,
    [REDACTED]: 1,
    [`${REDACTED} 2`]: 2,
    usage: data.usage,
  });
});

Deno.test("Redactor.json() gives clean data back as it is, and changes none", () => {
  const clean = { a: ["x", { b: "max_tokens" }] };
  assert.equal(redactor.json(clean), clean);
  const dirty = { a: clean, password: "x" };
  assert.equal(redactor.json(dirty)["a"], clean);
  assert.equal(dirty.password, "x");
});

Deno.test("createRedactor() takes out the values it is given, in every spelling", () => {
  const value = 'pa"ss word/1';
  const given = createRedactor([value, "short", `${value} and more`]);
  assert.equal(given.text(`<${value}>`), `<${REDACTED}>`);
  assert.equal(given.text(`<${value} and more>`), `<${REDACTED}>`);
  assert.equal(given.text(JSON.stringify({ value })), JSON.stringify({ value: REDACTED }));
  assert.equal(given.text(`?q=${encodeURIComponent(value)}`), `?q=${REDACTED}`);
  assert.equal(given.text("a short word"), "a short word");
});

Deno.test("SessionTracer stores no secret, wherever in a record it stands", () => {
  const told: string[] = [];
  const note = (...record: unknown[]) => void told.push(JSON.stringify(record));
  const tracer = new SessionTracer({
    redactor: createRedactor(["dotenv-value-1"]),
    sink: {
      sessionStarted: note,
      stepStarted: note,
      event: note,
      message: note,
      stepEnded: note,
      sessionEnded: note,
    },
  });
  tracer.startSession({ metadata: { api_key: SECRET } });
  tracer.startTimestep({ metadata: { note: `Bearer ${SECRET}` } });
  tracer.recordEvent({
    event_type: "runtime",
    system_instance_id: "tool:shell",
    system_state_before: { env: new Map([["API_KEY", SECRET]]) },
    system_state_after: `password=${SECRET}`,
    actions: [["--token", 1], `--token ${SECRET}`],
    tool: {
      name: "shell",
      call_id: null,
      arguments_json: `{"headers":{"Authorization":"${SECRET}"}}`,
      result: "got dotenv-value-1",
    },
    error: { type: "Error", message: `401 for sk-${SECRET}` },
    metadata: { [`sk-${SECRET}`]: { client_secret: SECRET } },
  });
  tracer.addMessage({ message_type: "user", content: { text: `HF_TOKEN=${SECRET}` } });
  const session = tracer.endSession({ error: new Error(`x-api-key: ${SECRET}`) });
  for (const text of [JSON.stringify(session), ...told]) {
    assert(!text.includes(SECRET), text);
    assert(!text.includes("dotenv-value-1"), text);
  }
});

Deno.test("Redactor.text() takes seconds for 50 MB of text made to be slow", () => {
  const size = 50_000_000;
  const fill = (part: string) => `token ${part.repeat(size / part.length)}`;
  const texts = [
    "a.",
    "A",
    "-",
    "eyJ-",
    "sk-",
    "password=",
    'password="',
    "password=\\a",
    "bearer ",
    "://a:",
    "-----BEGIN PRIVATE KEY-----",
    "PASSWORD     ",
    "cookie: a",
    "API_KEY: aB+/",
  ];
  for (const part of texts) {
    const start = performance.now();
    redactor.text(fill(part));
    const ms = performance.now() - start;
    assert(ms < 15_000, `${part}: ${Math.round(ms)} ms`);
  }
});

Deno.test("SessionTracer takes secrets out of ids of steps, kinds and tags", () => {
  const tracer = new SessionTracer();
  tracer.startSession({ kind: `sk-${SECRET}`, tags: ["nightly", `HF_TOKEN=${SECRET}`] });
  tracer.startTimestep({ stepId: `call HF_TOKEN=${SECRET}` });
  const session = tracer.endSession();
  assert.ok(!JSON.stringify(session).includes(SECRET), JSON.stringify(session));
  assert.equal(session.time_steps[0]?.step_id, `call HF_TOKEN=${REDACTED}`);
  assert.equal(session.tags[0], "nightly");
});
