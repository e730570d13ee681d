import assert from "node:assert/strict";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

Deno.test("owllm trace html prints the page or writes a file of its owner", () =>
  withTraced(
    [(tracer) => traceAgentRun(tracer, { sessionId: "run_1" })],
    async (trace, dir) => {
      const printed = await trace("html", "last");
      assert.equal(printed.code, 0, printed.stderr);
      assert.match(printed.stdout, /^<!doctype html>[^]*<\/html>\n$/);
      assert.equal(printed.stderr, "");

      const path = `${dir}/run.html`;
      const written = await trace("html", "run", "--out", path);
      assert.deepEqual([written.code, written.stdout], [0, ""]);
      assert.equal(await Deno.readTextFile(path), printed.stdout);
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);

      const json = await trace("html", "run_1", "--json", "--out", path);
      assert.deepEqual(JSON.parse(json.stdout), { session_id: "run_1", file: path });
    },
  ));

Deno.test("owllm trace html refuses what it cannot do in one sentence", () =>
  withTraced(
    [(tracer) => traceAgentRun(tracer, { sessionId: "run_1" })],
    async (trace, dir) => {
      const unknown = await trace("html", "rum_1");
      assert.equal(unknown.stdout, "");
      assert.match(unknown.stderr, /^owllm: No traced session "rum_1"\n {2}Near ones: run_1/);
      const json = await trace("html", "run_1", "--json");
      assert.equal(json.code, 2);
      assert.match(json.stderr, /--json leaves no room for the page on stdout/);
      const nowhere = await trace("html", "run_1", "--out", `${dir}/no/run.html`);
      assert.equal(nowhere.code, 2);
      assert.match(nowhere.stderr, /^owllm: Cannot write ".*\/no\/run.html" of --out/);
    },
  ));
