/** Group A: server and identity, against a healthy server and one that is broken in one way. */
import assert from "node:assert/strict";
import { bugsOf } from "../../../lib/smoke/probes/_shared/known_bugs.ts";
import { isLoopbackAddress, listenersAt } from "../../../lib/smoke/probes/_shared/listeners.ts";
import { apiParams } from "../../../lib/smoke/probes/api_params.ts";
import { errUnknownModel } from "../../../lib/smoke/probes/err_unknown_model.ts";
import { metaCaps } from "../../../lib/smoke/probes/meta_caps.ts";
import { bitsOf, metaQuant } from "../../../lib/smoke/probes/meta_quant.ts";
import { modelExists } from "../../../lib/smoke/probes/model_exists.ts";
import { srvExpose } from "../../../lib/smoke/probes/srv_expose.ts";
import { srvKind } from "../../../lib/smoke/probes/srv_kind.ts";
import { srvReach } from "../../../lib/smoke/probes/srv_reach.ts";
import { type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import type { Dialect } from "../../support/scripted/mod.ts";

const DIALECTS: readonly Dialect[] = ["ollama", "llama_cpp", "vllm", "lm_studio", "openai"];

/** An address of this machine where nothing listens. */
function closedPort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

const nowhere = closedPort();

testProbes(DIALECTS.flatMap((dialect): ProbeCase[] => [
  { probe: srvReach, when: "when the server is healthy", on: { dialect }, status: "pass" },
  {
    probe: srvKind,
    when: "when the server is healthy",
    on: { dialect },
    status: "pass",
    measured: { kind: dialect === "openai" ? "openai_compatible" : dialect },
  },
  { probe: modelExists, when: "when the server is healthy", on: { dialect }, status: "pass" },
  { probe: errUnknownModel, when: "when the name is refused", on: { dialect }, status: "pass" },
  { probe: apiParams, when: "when the server is healthy", on: { dialect }, status: "pass" },
]));

testProbes([
  {
    probe: srvReach,
    when: "when nothing listens",
    on: { dialect: "ollama", baseUrl: nowhere },
    status: "fail",
    diagnosis: /Nothing listens on 127\.0\.0\.1:\d+/,
    fix: /^OLLAMA_HOST=127\.0\.0\.1:\d+ ollama serve$/,
  },
  {
    probe: srvReach,
    when: "when nothing listens",
    on: { dialect: "llama_cpp", baseUrl: nowhere, model: "/m/a.gguf" },
    status: "fail",
    diagnosis: /Nothing listens/,
    fix: /^llama-server -m \/m\/a\.gguf --port \d+ --jinja$/,
  },
  {
    probe: srvReach,
    when: "when nothing listens",
    on: { dialect: "lm_studio", baseUrl: nowhere },
    status: "fail",
    diagnosis: /Nothing listens/,
    fix: /^lms server start --port \d+$/,
  },
  {
    probe: srvReach,
    when: "when another program has the port",
    on: { dialect: "openai", fault: "another_program" },
    status: "fail",
    diagnosis: /Another program owns this port: .* answers 200 text\/html .*router/,
    fix: /^ss -ltnp 'sport = :\d+'$/,
  },
  {
    probe: srvReach,
    when: "when the server takes the connection and is silent",
    on: { dialect: "vllm", fault: "silent_server", settings: { stallTimeoutMs: 200 } },
    status: "fail",
    diagnosis: /takes the connection but gives no answer/,
    fix: /^vllm serve scripted:7b --port \d+$/,
  },
  {
    probe: srvReach,
    when: "when the server wants a key",
    on: { dialect: "openai", fault: "wants_key" },
    status: "fail",
    diagnosis: /401: it wants an API key/,
    fix: /OWLLM_API_KEY=KEY owllm smoke model/,
    measured: { needs_key: true },
  },
  {
    probe: srvKind,
    when: "when the version is known to be bad",
    on: { dialect: "ollama", version: "0.4.6" },
    status: "warn",
    diagnosis: /ollama 0\.4\.6 .*no index \(ollama#7881\)/,
    fix: /install\.sh/,
    measured: { version: "0.4.6", known_bugs: 3 },
  },
  {
    probe: srvKind,
    when: "when another server took the port",
    on: { dialect: "ollama", fault: "is_llama_cpp_now" },
    status: "warn",
    diagnosis: /This was ollama and now llama_cpp answers/,
    fix: /^owllm smoke model http/,
  },
  {
    probe: srvKind,
    when: "when nothing listens",
    on: { dialect: "vllm", baseUrl: nowhere },
    status: "fail",
    diagnosis: /refused/,
    fix: /^vllm serve/,
  },
  {
    probe: modelExists,
    when: "when the name is mistyped",
    on: { dialect: "ollama", model: "qwen2.5-coder:7b", asks: "qwen2.5-codr:7b" },
    status: "fail",
    diagnosis: /no model "qwen2\.5-codr:7b" \(did you mean "qwen2\.5-coder:7b"\?\)/,
    fix: /^owllm smoke model qwen2\.5-coder:7b {2}# or: .*ollama pull qwen2\.5-codr:7b$/,
  },
  {
    probe: modelExists,
    when: "when no name is near",
    on: { dialect: "ollama", asks: "zephyr" },
    status: "fail",
    diagnosis: /no model "zephyr"; it offers scripted:7b/,
    fix: /ollama pull zephyr$/,
  },
  {
    probe: modelExists,
    when: "when the server has no model",
    on: { dialect: "vllm", fault: "no_models" },
    status: "fail",
    diagnosis: /it offers no model at all/,
    fix: /^vllm serve scripted:7b/,
  },
  {
    probe: errUnknownModel,
    when: "when any name is answered",
    on: { dialect: "openai", fault: "answers_unknown_model" },
    status: "warn",
    diagnosis: /ignores "model": .*"owllm-no-such-model", the answer is of "scripted:7b"/,
    fix: /^curl -s .*\/v1\/models$/,
  },
  {
    probe: errUnknownModel,
    when: "when any name is answered by that name",
    on: { dialect: "llama_cpp", fault: "echoes_unknown_model", model: "/m/a.gguf" },
    status: "warn",
    diagnosis: /ignores "model"/,
    fix: /^llama-server .* --alias a$/,
  },
  {
    probe: errUnknownModel,
    when: "when a page answers",
    on: { dialect: "vllm", fault: "unknown_model_page" },
    status: "warn",
    diagnosis: /404 with text\/html .*a proxy stands in between/,
    fix: /vllm serve/,
  },
  {
    probe: errUnknownModel,
    when: "when the server breaks on it",
    on: { dialect: "ollama", fault: "unknown_model_500" },
    status: "warn",
    diagnosis: /gives 500 where 404 is due/,
    fix: /journalctl -u ollama/,
  },
  { probe: metaCaps, when: "when both know tools", on: { dialect: "ollama" }, status: "pass" },
  { probe: metaCaps, when: "when both know tools", on: { dialect: "llama_cpp" }, status: "pass" },
  { probe: metaCaps, when: "where no template is shown", on: { dialect: "vllm" }, status: "skip" },
  {
    probe: metaCaps,
    when: "when tools are listed but the template lacks them",
    on: { dialect: "ollama", template: "{{ .Prompt }}" },
    status: "fail",
    diagnosis: /lacks tools although the server lists them/,
    fix: /^owllm fix scripted:7b --apply$/,
  },
  {
    probe: metaCaps,
    when: "when the template takes tools but they are not listed",
    on: { dialect: "ollama", capabilities: ["completion"] },
    status: "warn",
    diagnosis: /does not list the capability \(completion\)/,
    fix: /^owllm fix/,
  },
  {
    probe: metaCaps,
    when: "when the model knows no tools",
    on: { dialect: "llama_cpp", template: "{{ messages }}", model: "/m/a.gguf" },
    status: "warn",
    diagnosis: /definitions never reach the model, so owllm asks for calls as JSON/,
    fix: /^llama-server -m \/m\/a\.gguf --port \d+ --jinja --chat-template-file/,
  },
  { probe: metaQuant, when: "with four bits", on: { dialect: "ollama" }, status: "pass" },
  {
    probe: metaQuant,
    when: "with two bits",
    on: { dialect: "ollama", quantization: "Q2_K", model: "llama3.1:8b-instruct-q2_K" },
    status: "warn",
    diagnosis: /Q2_K, 2 bits: .*q2_K 61\.7/,
    fix: /pull llama3\.1:8b-instruct-q4_K_M$/,
  },
  {
    probe: metaQuant,
    when: "with a name that says nothing",
    on: { dialect: "ollama", quantization: "unknown" },
    status: "skip",
    diagnosis: /"unknown" is of an unknown kind/,
  },
  { probe: metaQuant, when: "where it is not told", on: { dialect: "openai" }, status: "skip" },
  {
    probe: apiParams,
    when: "when a field is refused cleanly",
    on: { dialect: "llama_cpp", fault: "refuses_n" },
    status: "pass",
    measured: { n_2: "refused 400", logprobs: "accepted" },
  },
  {
    probe: apiParams,
    when: "when a field breaks the server",
    on: { dialect: "llama_cpp", fault: "crashes_on_n" },
    status: "warn",
    diagnosis: /A bug of the server: \{"n":2\} gives 500/,
    fix: /llama-server .* --verbose/,
  },
]);

if (Deno.build.os === "linux") {
  testProbes([
    { probe: srvExpose, when: "when bound to loopback", on: { dialect: "ollama" }, status: "pass" },
    {
      probe: srvExpose,
      when: "when bound to every address",
      on: { dialect: "ollama", bind: "0.0.0.0" },
      status: "warn",
      diagnosis: /listens on 0\.0\.0\.0, port \d+, without a key/,
      fix: /^OLLAMA_HOST=127\.0\.0\.1:\d+ ollama serve$/,
    },
    {
      probe: srvExpose,
      when: "when bound to every address behind a key",
      on: { dialect: "openai", bind: "0.0.0.0", fault: "wants_key" },
      status: "pass",
      measured: { needs_key: true },
    },
  ]);
}

Deno.test("listenersAt() reads IPv4, IPv6 and mapped addresses, and only listeners", () => {
  const table = [
    "  sl  local_address rem_address   st",
    "   0: 0100007F:2CAA 00000000:0000 0A",
    "   1: 0100007F:2CAA 0100007F:1F90 01",
    "   2: 0500A8C0:2CAA 00000000:0000 0A",
  ].join("\n");
  const table6 = [
    "   0: 00000000000000000000000000000000:2CAA 00000000000000000000000000000000:0000 0A",
    "   1: 00000000000000000000000001000000:2CAA 00000000000000000000000000000000:0000 0A",
    "   2: 0000000000000000FFFF00000100007F:2CAA 00000000000000000000000000000000:0000 0A",
  ].join("\n");
  const found = listenersAt(11434, table, table6);
  assert.deepEqual(found, ["127.0.0.1", "192.168.0.5", "::", "::1", "::ffff:127.0.0.1"]);
  assert.deepEqual(found.filter((address) => !isLoopbackAddress(address)), ["192.168.0.5", "::"]);
});

Deno.test("bitsOf() reads the names that servers use", () => {
  const names = { Q4_K_M: 4, IQ3_XXS: 3, BF16: 16, "all F32": 32, MXFP4: 4, "Q2_K - Medium": 2 };
  for (const [name, bits] of Object.entries(names)) assert.equal(bitsOf(name), bits, name);
  assert.equal(bitsOf("unknown"), undefined);
});

Deno.test("bugsOf() knows no bug of new versions and own builds", () => {
  for (const version of ["0.17.4", "1.0.0", "0.0.0", "b6000-abc", undefined]) {
    assert.deepEqual(bugsOf("ollama", version), [], String(version));
  }
  assert.equal(bugsOf("ollama", "0.7.9").length, 1);
});
