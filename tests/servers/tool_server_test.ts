import assert from "node:assert/strict";
import { Validator } from "@cfworker/json-schema";
import { startToolServer } from "../../lib/servers/mod.ts";
import { GOOD, sendRaw, TOKEN, withToolServer } from "../support/tool_client.ts";

const CALL = { tool: "read_file", args: { path: "README.md" }, id: "call-1" };

Deno.test("startToolServer() answers a call with its id and the tool's result", () =>
  withToolServer({}, async ({ post, call }) => {
    const { status, body, headers } = await post(JSON.stringify(CALL));
    assert.equal(status, 200);
    assert.deepEqual([body.id, body.ok], ["call-1", true]);
    assert.match(body.result.text, /README\.md, lines 1-1 of 1\n1 # Test/);
    assert.equal(headers.get("cache-control"), "no-store");
    const missing = await call("read_file", { path: "no-such-file" });
    assert.equal(missing.status, 200, "what a tool says is an answer");
    assert.equal(missing.body.ok, false);
    assert.deepEqual(Object.keys(missing.body.failure).sort(), [
      "context",
      "error",
      "message",
      "recovery_suggestion",
      "tool",
    ]);
    const misfit = await call("read_file", { path: 1 });
    assert.deepEqual([misfit.body.ok, misfit.body.failure.error], [false, "usage"]);
    const outside = await call("read_file", { path: "../state/owllm.db" });
    assert.equal(outside.body.ok, false);
  }));

Deno.test("startToolServer() listens on loopback and on nothing else", () =>
  withToolServer({}, async ({ server }) => {
    const hex = server.port.toString(16).toUpperCase().padStart(4, "0");
    const listening = async (file: string) =>
      (await Deno.readTextFile(file)).split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A")
        .map(([, local]) => local);
    assert.deepEqual(await listening("/proc/net/tcp"), [`0100007F:${hex}`]);
    assert.deepEqual(await listening("/proc/net/tcp6"), []);
  }));

Deno.test("startToolServer() takes the next port that is free, but no other than the named one", () =>
  withToolServer({}, async ({ server: first, toolbox }) => {
    const { createCallDesk } = await import("../../lib/servers/mod.ts");
    const options = { desk: createCallDesk(toolbox, "test"), token: TOKEN, owllmVersion: "1" };
    await using second = startToolServer({ ...options, port: undefined });
    await using third = startToolServer({ ...options, port: undefined });
    assert.ok(second.port >= 8763 && third.port > second.port, `${second.port} ${third.port}`);
    assert.throws(() => startToolServer({ ...options, port: first.port }), {
      code: "unreachable",
      message: `Port ${first.port} is taken`,
    });
  }));

Deno.test("startToolServer() wants the token for everything but /health", () =>
  withToolServer({}, async ({ get, post }) => {
    const health = await get("/health");
    assert.deepEqual([health.status, health.body], [200, {
      status: "ok",
      owllm: "1.2.3",
      open_calls: 0,
    }]);
    const wrong = [
      {},
      { authorization: "" },
      { authorization: `Basic ${btoa(`x:${TOKEN}`)}` },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: `Bearer ${TOKEN.slice(1)}` },
      { authorization: `Bearer ${TOKEN} ${TOKEN}` },
      { authorization: TOKEN },
    ];
    for (const headers of wrong) {
      const called = await post(JSON.stringify(CALL), { ...GOOD, authorization: "", ...headers });
      assert.equal(called.status, 401, JSON.stringify(headers));
      assert.equal(called.headers.get("www-authenticate"), "Bearer");
      assert.equal((await get("/schema.json", headers)).status, 401);
    }
    assert.equal((await get(`/schema.json?token=${TOKEN}`)).status, 401);
    assert.equal((await get("/schema.json", GOOD)).status, 200);
  }));

Deno.test("startToolServer() refuses web pages and hosts that are not its own", () =>
  withToolServer({}, async ({ server, post, get }) => {
    for (
      const headers of [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: server.url },
        { "sec-fetch-site": "same-origin" },
      ]
    ) {
      const { status, body } = await post(JSON.stringify(CALL), { ...GOOD, ...headers });
      assert.deepEqual([status, body.error], [403, "denied"], JSON.stringify(headers));
      assert.equal((await get("/health", headers)).status, 403);
    }
    const { port } = server;
    const health = (host: string) =>
      sendRaw(port, `GET /health HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    assert.match(await health(`Host: 127.0.0.1:${port}\r\n`), / 200 /);
    assert.match(await health(`Host: localhost:${port}\r\n`), / 200 /);
    for (
      const host of [
        "Host: evil.example\r\n",
        `Host: evil.example:${port}\r\n`,
        "Host: 127.0.0.1\r\n",
        `Host: 127.0.0.1:${port}.evil.example\r\n`,
        `Host: 0.0.0.0:${port}\r\n`,
        "Host:\r\n",
      ]
    ) assert.match(await health(host), / 4\d\d /, host);
    assert.match(await sendRaw(port, "GET /health HTTP/1.0\r\n\r\n"), / 4\d\d /);
  }));

Deno.test("startToolServer() rejects what is no call, each with its reason", () =>
  withToolServer({}, async ({ post }) => {
    const call = JSON.stringify(CALL);
    const utf16 = new Uint8Array([...call].flatMap((sign) => [sign.charCodeAt(0), 0]));
    const cases: readonly (readonly [BodyInit, RegExp, Record<string, string>?, number?])[] = [
      ["", /no body|empty/],
      ["<tool_call><name>read_file</name></tool_call>", /XML/],
      ["<function=read_file><parameter=path>a</parameter></function>", /XML/],
      ['read_file(path="README.md")', /Python/],
      ['[read_file(path="README.md")]', /Python/],
      ["{'tool': 'read_file', 'args': {}, 'id': '1'}", /Python writes a dict/],
      [`\`\`\`json\n${call}\n\`\`\``, /code block/],
      [`${call}\n${call}`, /no JSON/],
      [`${call},`, /no JSON/],
      [`// a comment\n${call}`, /no JSON/],
      [`\ufeff${call}`, /byte order mark/],
      [utf16, /no JSON|no UTF-8/],
      [new Uint8Array([0xff, 0xfe, 0x7b]), /no UTF-8/],
      [`[${call}]`, /list/],
      [`"${CALL.tool}"`, /no object/],
      ["null", /no object/],
      ['{"tool":"read_file","args":{}}', /"id" is missing/],
      ['{"args":{},"id":"1"}', /"tool" is missing/],
      ['{"tool":"read_file","id":"1"}', /"args" is missing/],
      ['{"name":"read_file","arguments":{},"id":"1"}', /key "name" is not known/],
      [JSON.stringify({ ...CALL, approved: true }), /key "approved" is not known/],
      [JSON.stringify({ ...CALL, id: 1 }), /"id" must be a text/],
      [JSON.stringify({ ...CALL, id: "" }), /"id" must be/],
      [JSON.stringify({ ...CALL, id: "a\u001b[2J" }), /"id" must be/],
      [JSON.stringify({ ...CALL, id: "x".repeat(129) }), /"id" must be/],
      [JSON.stringify({ ...CALL, args: '{"path":"README.md"}' }), /"args" must be an object/],
      [JSON.stringify({ ...CALL, args: [] }), /"args" must be an object/],
      [JSON.stringify({ ...CALL, args: null }), /"args" must be an object/],
      [JSON.stringify({ ...CALL, tool: "read-file" }), /"tool" must be a name/],
      [JSON.stringify({ ...CALL, tool: "x".repeat(65) }), /"tool" must be a name/],
      [JSON.stringify({ ...CALL, tool: "_read" }), /"tool" must be a name/],
      [JSON.stringify({ ...CALL, tool: "read_file\n" }), /"tool" must be a name/],
      [JSON.stringify({ ...CALL, tool: "toString" }), /no tool "toString"/, GOOD, 404],
      ['{"tool":"read_file","tool":"run_command","args":{},"id":"1"}', /name "tool" twice/],
      ['{"tool":"read_file","args":{"path":"a","\\u0070ath":"b"},"id":"1"}', /name "path" twice/],
      ['{"tool":"read_file","args":{"__proto__":{}},"id":"1"}', /"__proto__", which is no name/],
      ['{"tool":"read_file","args":{"path":"\\ud800"},"id":"1"}', /surrogate/],
      [
        `{"tool":"read_file","args":{"path":${"[".repeat(50)}${"]".repeat(50)}},"id":"1"}`,
        /nested/,
      ],
      [`${"[".repeat(200_000)}`, /no JSON/],
      [call, /content type/, { ...GOOD, "content-type": "text/plain" }, 415],
      [call, /content type/, { ...GOOD, "content-type": "application/x-www-form-urlencoded" }, 415],
      [call, /content type/, { ...GOOD, "content-type": "application/json; charset=latin1" }, 415],
      [call, /content type/, { authorization: GOOD.authorization }, 415],
      [`"${"x".repeat(9 * 1024 * 1024)}"`, /longer than/, GOOD, 413],
    ];
    for (const [body, reason, headers = GOOD, status = 400] of cases) {
      const shown = typeof body === "string" ? body.slice(0, 80) : "bytes";
      const answer = await post(body, headers);
      assert.equal(answer.status, status, `${shown}: ${JSON.stringify(answer.body)}`);
      assert.match(answer.body.message, reason, shown);
      assert.deepEqual(Object.keys(answer.body), [
        "error",
        "message",
        "tool",
        "context",
        "recovery_suggestion",
      ]);
      assert.ok(answer.body.recovery_suggestion.length > 5);
      assert.doesNotMatch(JSON.stringify(answer.body), /\.ts:|\\n\s*at /);
    }
    assert.equal(
      (await post(call, { ...GOOD, "content-type": "application/json;charset=UTF-8" })).status,
      200,
    );
  }));

Deno.test("startToolServer() reads no body without end, and waits for none", () =>
  withToolServer({}, async ({ server, post }) => {
    const chunk = new Uint8Array(1024 * 1024).fill(32);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => void (sent++ < 64 ? controller.enqueue(chunk) : controller.close()),
    });
    // A server that stops reading may close the connection before its answer is read.
    const answer = await post(endless).catch(() => undefined);
    assert.equal(answer?.status ?? 413, 413);
    assert.ok(sent < 64, "all of it was read");
    const head = (length: number) =>
      `POST /call HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${TOKEN}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`;
    const started = performance.now();
    assert.match(await sendRaw(server.port, head(100_000_000)), / 413 /);
    assert.ok(performance.now() - started < 2000, "it waited for a body that is too long");
    assert.match(await sendRaw(server.port, head(100)), / 408 /);
  }));

Deno.test("startToolServer() knows three routes, each with one method", () =>
  withToolServer({}, async ({ server, get }) => {
    for (const path of ["/", "/call/", "/schema.json/../call", "/favicon.ico", "//health"]) {
      assert.ok([404, 405].includes((await get(path, GOOD)).status), path);
    }
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const response = await fetch(`${server.url}/call`, { method, headers: GOOD });
      await response.body?.cancel();
      assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"], method);
    }
    const preflight = await fetch(`${server.url}/call`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    await preflight.body?.cancel();
    assert.equal(preflight.headers.get("access-control-allow-origin"), null);
    assert.equal(preflight.status, 403);
  }));

Deno.test("GET /schema.json describes every tool, and says what /call takes", () =>
  withToolServer({}, async ({ get, toolbox, call }) => {
    const { body: schema } = await get("/schema.json", GOOD);
    assert.deepEqual(Object.keys(schema.$defs), toolbox.tools.map(({ name }) => name));
    assert.equal(schema.properties.tool.pattern, "^[A-Za-z][A-Za-z0-9_]*$");
    const validator = new Validator(schema, "2020-12");
    const calls = [
      CALL,
      { ...CALL, args: {} },
      { ...CALL, args: { path: "README.md", start: 0 } },
      { ...CALL, args: { path: "README.md", start: 1, end: 1 } },
      { ...CALL, args: { path: "README.md", mode: "w" } },
      { ...CALL, tool: "search", args: { pattern: "Test" } },
      { ...CALL, tool: "search", args: { pattern: "Test", literal: "yes" } },
      { ...CALL, tool: "run_command", args: { command: "" } },
      { ...CALL, tool: "git_status", args: {} },
      { ...CALL, tool: "no_such_tool", args: {} },
    ];
    const said = calls.map((one) => validator.validate(one).valid);
    assert.deepEqual(said, [true, false, false, true, false, true, false, false, true, false]);
    for (const [index, { tool, args }] of calls.entries()) {
      const { status, body } = await call(tool, args);
      const fits = status === 200 && body.failure?.error !== "usage";
      assert.equal(fits, said[index], `${tool} ${JSON.stringify(args)}`);
    }
  }));
