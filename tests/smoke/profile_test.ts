import assert from "node:assert/strict";
import type { ServerKind } from "../../lib/models/mod.ts";
import {
  deriveProfile,
  type ProbeResult,
  type Profile,
  ProfileSchema,
} from "../../lib/smoke/mod.ts";
import { probe } from "./report_samples.ts";

interface Row {
  readonly when: string;
  readonly kind?: ServerKind;
  readonly results: readonly ProbeResult[];
  readonly profile: Partial<Profile>;
}

const measured = (facts: ProbeResult["measured"]) => ({ measured: facts });
const SCHEMA = probe("gen.schema");

const ROWS: readonly Row[] = [
  {
    when: "nothing was measured",
    results: [],
    profile: {
      tool_mode: null,
      context_tokens: null,
      streaming: null,
      parallel_calls: null,
      schema: null,
      thinking: null,
      max_tools: null,
      step_s: null,
      notes: [],
    },
  },
  {
    when: "calls and results are green",
    results: [probe("tool.one"), probe("tool.result"), SCHEMA],
    profile: { tool_mode: "native", max_tools: 8, schema: true },
  },
  {
    when: "calls are usable with a flaw",
    results: [probe("tool.one", "warn"), probe("tool.result", "warn")],
    profile: {
      tool_mode: "native",
      notes: ["tool.one: tool.one says no", "tool.result: tool.result says no"],
    },
  },
  {
    when: "results are lost",
    results: [probe("tool.one"), probe("tool.result", "fail"), SCHEMA],
    profile: { tool_mode: "constrained_json" },
  },
  {
    when: "no call comes and schemas hold",
    results: [probe("tool.one", "fail"), probe("tool.in_content", "skip"), SCHEMA],
    profile: { tool_mode: "constrained_json" },
  },
  {
    when: "a call under a schema was valid and gen.schema did not run",
    results: [probe("tool.one", "fail", measured({ constrained_call: true }))],
    profile: { tool_mode: "constrained_json" },
  },
  {
    when: "a call under a schema was tried in vain",
    results: [probe("tool.one", "fail", measured({ constrained_call: false })), SCHEMA],
    profile: { tool_mode: "none" },
  },
  {
    when: "schemas fail and a call in the words fits",
    results: [
      probe("tool.one", "fail", measured({ constrained_call: false })),
      probe("tool.in_content", "fail", measured({ recoverable: true })),
      probe("gen.schema", "fail"),
    ],
    profile: { tool_mode: "recovered_text", schema: false },
  },
  {
    when: "schemas fail and a call in the words does not fit",
    results: [
      probe("tool.one", "fail"),
      probe("tool.in_content", "fail", measured({ recoverable: false })),
      probe("gen.schema", "fail"),
    ],
    profile: { tool_mode: "none" },
  },
  {
    when: "the built-in engine makes a forced call",
    kind: "builtin",
    results: [probe("tool.one"), probe("tool.result", "skip")],
    profile: { tool_mode: "constrained_json" },
  },
  {
    when: "the built-in engine fails a forced call",
    kind: "builtin",
    results: [probe("tool.one", "fail"), SCHEMA],
    profile: { tool_mode: "none" },
  },
  {
    when: "the built-in engine obeys schemas and calls were not tried",
    kind: "builtin",
    results: [SCHEMA],
    profile: { tool_mode: "constrained_json", max_tools: null },
  },
  {
    when: "the model calls one tool at a time",
    results: [probe("tool.parallel", "skip", measured({ parallel: false }))],
    profile: { parallel_calls: false },
  },
  {
    when: "parallel calls were not judged",
    results: [probe("tool.parallel", "skip")],
    profile: { parallel_calls: null },
  },
  {
    when: "only Ollama's /v1 breaks streams",
    results: [
      probe("gen.stream", "warn", measured({ native_status: "pass" })),
      probe("tool.stream"),
    ],
    profile: { streaming: true },
  },
  {
    when: "the native stream has a flaw",
    results: [
      probe("gen.stream"),
      probe("tool.stream", "warn", measured({ native_status: "warn" })),
    ],
    profile: { streaming: false },
  },
  {
    when: "thoughts leak",
    results: [probe("gen.think_leak", "fail"), probe("tool.with_think", "skip")],
    profile: { thinking: false },
  },
  {
    when: "a schema is only a hint",
    results: [SCHEMA, probe("gen.schema_forced", "fail")],
    profile: { schema: false },
  },
  {
    when: "the model keeps its head among 15 tools",
    results: [probe("tool.one"), probe("tool.many", "warn", measured({ max_tools: 15 }))],
    profile: { max_tools: 15 },
  },
  {
    when: "the model misses the right one of five tools",
    results: [probe("tool.one"), probe("tool.many", "fail", measured({ max_tools: 0 }))],
    profile: { max_tools: 3 },
  },
  {
    when: "prompts are cut silently",
    results: [
      probe("ctx.declared", "pass", measured({ loaded_tokens: 32_768 })),
      probe("ctx.real", "fail", measured({ real_tokens: 2051 })),
    ],
    profile: { context_tokens: 2051 },
  },
  {
    when: "longer prompts than those tried are loaded",
    results: [
      probe("ctx.declared", "pass", measured({ loaded_tokens: 32_768 })),
      probe("ctx.real", "pass", measured({ real_tokens: 8120 })),
    ],
    profile: { context_tokens: 32_768 },
  },
  {
    when: "the beginning is forgotten",
    results: [
      probe("ctx.declared", "pass", measured({ loaded_tokens: 32_768 })),
      probe("ctx.real", "warn", measured({ real_tokens: 8120 })),
    ],
    profile: { context_tokens: 4060 },
  },
  {
    when: "the server does not tell what is loaded",
    results: [
      probe("ctx.declared", "skip"),
      probe("ctx.real", "pass", measured({ real_tokens: 8120 })),
    ],
    profile: { context_tokens: 8120 },
  },
  {
    when: "speeds were measured",
    results: [
      probe("ctx.declared", "pass", measured({ loaded_tokens: 16_000 })),
      probe("perf.ttft", "pass", measured({ prefill_tok_s: 2000, ttft_ms: 510 })),
      probe("perf.tps", "warn", measured({ decode_tok_s: 50 })),
    ],
    profile: { prefill_tok_s: 2000, decode_tok_s: 50, ttft_ms: 510, step_s: 12, notes: [] },
  },
  {
    when: "a speed is zero",
    results: [
      probe("perf.ttft", "fail", measured({ prefill_tok_s: 0 })),
      probe("perf.tps", "pass", measured({ decode_tok_s: 50 })),
    ],
    profile: { step_s: null },
  },
];

for (const { when, kind = "ollama", results, profile } of ROWS) {
  Deno.test(`deriveProfile() when ${when}`, () => {
    const derived = deriveProfile(results, { kind, baseUrl: "", version: undefined });
    const got = Object.fromEntries(
      Object.keys(profile).map((key) => [key, derived[key as keyof Profile]]),
    );
    assert.deepEqual(got, profile);
    assert.deepEqual(ProfileSchema.parse(derived), derived);
  });
}

Deno.test("ProfileSchema refuses a key that it does not know", () => {
  const derived = deriveProfile([], { kind: "ollama", baseUrl: "", version: undefined });
  assert.throws(() => ProfileSchema.parse({ ...derived, tool_modes: "native" }), /tool_modes/);
});
