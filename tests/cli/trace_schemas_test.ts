import assert from "node:assert/strict";
import { Validator } from "@cfworker/json-schema";
import { TRACE_SCHEMAS } from "../../lib/cli/trace_schemas.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

Deno.test("owllm schema trace-… is what owllm trace … --json prints, and each key is in it", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "run_a", text: "long ".repeat(1_000) }),
    (tracer) => traceAgentRun(tracer, { sessionId: "run_b", cut: true }),
  ], async (trace) => {
    const commands = {
      list: [],
      show: ["run_a"],
      search: ["failing"],
      diff: ["run_a", "run_b"],
    } as const;
    for (const [name, words] of Object.entries(commands)) {
      const document = JSON.parse((await trace(name, ...words, "--json")).stdout);
      const schema = JSON.parse((await runOwllm(["schema", `trace-${name}`])).stdout);
      const { valid, errors } = new Validator(schema, "2020-12").validate(document);
      assert.ok(valid, `${name}: ${JSON.stringify(errors.slice(0, 3))}`);
      const strict = TRACE_SCHEMAS[name as keyof typeof TRACE_SCHEMAS].safeParse({
        ...document,
        unknown: 1,
      });
      assert.equal(strict.success, false, name);
    }
    const open = JSON.parse((await trace("show", "run_b", "--json")).stdout);
    assert.deepEqual(TRACE_SCHEMAS.show.parse(open), open);
  }));
