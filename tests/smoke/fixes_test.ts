import assert from "node:assert/strict";
import { fixFor, type FixTable } from "../../lib/smoke/fixes.ts";
import { llamaServer, ollama, ollamaDerive, quote } from "../../lib/smoke/fixes/commands.ts";
import * as generation from "../../lib/smoke/fixes/generation.ts";
import * as model from "../../lib/smoke/fixes/model.ts";
import * as server from "../../lib/smoke/fixes/server.ts";
import * as speed from "../../lib/smoke/fixes/speed.ts";
import * as tools from "../../lib/smoke/fixes/tools.ts";
import { SERVER_KINDS, type ServerKind } from "../../lib/models/mod.ts";

/** Every value that some table takes. */
const PARAMS = {
  nearest: "other:7b",
  token: "<|im_end|>",
  think: true,
  form: "bare_json",
  seconds: 300,
  n: 4,
  context: 16_384,
  fits: 8_192,
  wanted: 16_384,
};

/** Programs that belong to one kind of server; `owllm` belongs to all. */
const PROGRAMS: Readonly<Record<string, ServerKind>> = {
  "ollama ": "ollama",
  "llama-server": "llama_cpp",
  "vllm serve": "vllm",
  "lms ": "lm_studio",
};

const TABLES = Object.entries({ ...speed, ...server, ...model, ...generation, ...tools }) as [
  string,
  FixTable<unknown>,
][];

for (const kind of SERVER_KINDS) {
  Deno.test(`fixFor() gives one line for ${kind} and names no other server's program`, () => {
    assert.ok(TABLES.length > 15, "the tables were not found");
    const baseUrl = kind === "builtin" ? "" : "http://127.0.0.1:9001";
    for (const [name, table] of TABLES) {
      const line = fixFor({ server: { kind, baseUrl }, model: "it's:7b" }, table, PARAMS);
      assert.match(line, /^\S.*\S$/, `${name}: ${line}`);
      assert.doesNotMatch(line, /undefined|\[object/, name);
      for (const [program, owner] of Object.entries(PROGRAMS)) {
        if (owner !== kind) assert.ok(!line.startsWith(program), `${name}: ${line}`);
      }
    }
  });
}

Deno.test("fixFor() gives lines that a shell can parse", async () => {
  for (const kind of SERVER_KINDS) {
    const baseUrl = kind === "builtin" ? "" : "http://127.0.0.1:9001";
    for (const [name, table] of TABLES) {
      const line = fixFor({ server: { kind, baseUrl }, model: "it's:7b" }, table, PARAMS);
      if (/^[A-Z][a-z]|^LM Studio/.test(line)) continue; // A sentence on where to click.
      const { code } = await new Deno.Command("bash", { args: ["-n", "-c", line] }).output();
      assert.equal(code, 0, `${name} for ${kind}: ${line}`);
    }
  }
});

Deno.test("ollama() names the server only where it is not the usual one", () => {
  const target = { kind: "ollama", model: "m", baseUrl: "http://127.0.0.1:11434" } as const;
  assert.equal(ollama(target, "list"), "ollama list");
  const elsewhere = { ...target, baseUrl: "http://127.0.0.1:9001" };
  assert.equal(ollama(elsewhere, "list"), "OLLAMA_HOST=127.0.0.1:9001 ollama list");
  assert.equal(
    ollamaDerive({ ...target, model: "smollm2:latest" }, "stop", ['PARAMETER stop "</s>"']),
    `printf 'FROM smollm2:latest\\nPARAMETER stop "</s>"\\n' | ollama create smollm2-stop -f /dev/stdin`,
  );
});

Deno.test("llamaServer() starts the very file that is served", () => {
  const target = { kind: "llama_cpp", model: "/my models/a.gguf", baseUrl: "http://[::1]:8080" };
  assert.equal(
    llamaServer(target as Parameters<typeof llamaServer>[0], "--jinja"),
    "llama-server -m '/my models/a.gguf' --port 8080 --jinja",
  );
  assert.equal(quote("it's"), `'it'\\''s'`);
});
