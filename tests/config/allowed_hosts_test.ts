import assert from "node:assert/strict";
import { checkHost } from "../../lib/config/mod.ts";

function allowed(url: string, allowNet?: string): boolean {
  return checkHost(new URL(url), allowNet).ok;
}

const LOOPBACK = [
  "http://127.0.0.1:11434",
  "http://localhost",
  "http://LOCALHOST:1",
  "http://localhost.:8080",
  "http://127.255.0.9",
  "http://127.0.0.1.",
  "http://[::1]:8000",
  "http://2130706433",
  "http://0x7f.1",
  "http://0177.0.0.1",
  "http://[::ffff:127.0.0.1]:80",
  "http://evil.example@127.0.0.1/",
];
const ELSEWHERE = [
  "http://10.0.0.1",
  "http://ollama.lan:11434",
  "http://127.0.0.1@evil.example/",
  "http://localhost:80@evil.example/",
  "http://127.0.0.1.evil.example",
  "http://localhost.evil.example",
  "http://evil.localhost",
  "http://3232235777",
  "http://0.0.0.0:11434",
  "http://[::]:11434",
  "http://[::ffff:10.0.0.1]",
  "http://[::127.0.0.1]",
  "http://[64:ff9b::7f00:1]",
];

for (const url of LOOPBACK) {
  Deno.test(`checkHost() lets ${url} pass`, () => assert.equal(allowed(url), true));
}
for (const url of ELSEWHERE) {
  Deno.test(`checkHost() refuses ${url}`, () => assert.equal(allowed(url), false));
}

Deno.test("checkHost() names the exact grant", () => {
  const result = checkHost(new URL("https://GPU.lan./v1"), undefined);
  assert.ok(!result.ok);
  assert.equal(result.error.code, "denied");
  assert.match(result.error.message, /"gpu\.lan"/);
  assert.match(result.error.recoverySuggestion ?? "", /OWLLM_ALLOW_NET=gpu\.lan:443 owllm/);
});

Deno.test("checkHost() tells that 0.0.0.0 is for listening, and what to use", () => {
  const result = checkHost(new URL("http://0.0.0.0:11434"), undefined);
  assert.ok(!result.ok);
  assert.match(result.error.recoverySuggestion ?? "", /http:\/\/127\.0\.0\.1:11434/);
});

Deno.test("checkHost() obeys OWLLM_ALLOW_NET by host and by port", () => {
  assert.equal(allowed("http://gpu.lan:8000", "gpu.lan"), true);
  assert.equal(allowed("http://gpu.lan:8000", "other, GPU.lan.:8000"), true);
  assert.equal(allowed("http://gpu.lan:8000", "gpu.lan:8001"), false);
  assert.equal(allowed("http://gpu.lan", "gpu.lan:80"), true);
  assert.equal(allowed("https://gpu.lan", "gpu.lan:80"), false);
  assert.equal(allowed("http://[fe80::1]:8000", "[fe80:0::1]:8000"), true);
  assert.equal(allowed("http://10.0.0.1", "10.1"), true);
  for (const entry of ["*", "", "lan", "http://gpu.lan", "x@gpu.lan", "gpu.lan:", "gpu.lan/8000"]) {
    assert.equal(allowed("http://gpu.lan:8000", entry), false, entry);
  }
});

Deno.test("checkHost() refuses other schemes", () => {
  assert.equal(allowed("file:///etc/passwd"), false);
  assert.equal(allowed("ftp://127.0.0.1"), false);
});
