import assert from "node:assert/strict";
import { OwllmError } from "../../lib/core/mod.ts";
import {
  buildErrorReport,
  buildReport,
  rankFixes,
  smokeReportJsonSchema,
  SmokeReportSchema,
} from "../../lib/smoke/mod.ts";
import { probe, reportedRun } from "./report_samples.ts";

Deno.test("buildReport() is a document of the published schema", () => {
  const report = buildReport(reportedRun([
    probe("srv.reach"),
    probe("gen.basic"),
    probe("ctx.real", "fail", { fix: "raise it", diagnosis: "Cut at 2,051", measured: { n: 1 } }),
    probe("tool.one", "skip", { diagnosis: "No parser" }),
  ]));
  assert.deepEqual(SmokeReportSchema.parse(JSON.parse(JSON.stringify(report))), report);
  assert.equal(SmokeReportSchema.safeParse({ ...report, extra: 1 }).success, false);
  assert.equal(report.health_ok, true);
  assert.equal(report.generate_ok, true);
  assert.equal(report.tools_ok, null, "a skipped probe judges nothing");
  assert.equal(report.server_started, false);
  assert.deepEqual(report.errors, [{
    probe: "ctx.real",
    message: "Cut at 2,051",
    fix: "raise it",
  }]);
  assert.deepEqual(report.fixes, ["raise it"]);
});

Deno.test("buildReport() says server_started for the built-in engine only", () => {
  const run = reportedRun([probe("gen.basic")]);
  const builtin = { kind: "builtin", baseUrl: "", version: undefined } as const;
  assert.equal(buildReport({ ...run, server: builtin }).server_started, true);
});

Deno.test("buildReport() never calls tools ok when a call was left in the text", () => {
  const report = buildReport(reportedRun([
    probe("tool.one", "warn"),
    probe("tool.in_content", "fail"),
  ]));
  assert.equal(report.tools_ok, false);
  assert.equal(buildReport(reportedRun([probe("tool.one", "warn")])).tools_ok, true);
});

Deno.test("buildReport() does not call a server healthy that answered nothing", () => {
  const report = buildReport(reportedRun([probe("srv.reach", "fail"), probe("gen.basic", "skip")]));
  assert.equal(report.health_ok, false);
  assert.equal(report.generate_ok, false);
});

Deno.test("buildErrorReport() carries the sentence and the way out", () => {
  const report = buildErrorReport({
    modelId: "x",
    error: new OwllmError({
      code: "unreachable",
      message: "No model server answers",
      recoverySuggestion: "ollama serve",
    }),
    tier: "quick",
    startedAt: new Date(0),
    durationMs: 12,
    owllmVersion: "0.1.0",
  });
  assert.equal(SmokeReportSchema.safeParse(report).success, true);
  assert.equal(report.status, "error");
  assert.equal(report.health_ok, false);
  assert.deepEqual(report.fixes, ["ollama serve"]);
});

Deno.test("smokeReportJsonSchema() is strict and describes every key", () => {
  const schema = smokeReportJsonSchema() as {
    additionalProperties: boolean;
    required: string[];
    properties: Record<string, unknown>;
  };
  assert.equal(schema.additionalProperties, false);
  const keys = Object.keys(buildReport(reportedRun([probe("gen.basic")]))).toSorted();
  assert.deepEqual(Object.keys(schema.properties).toSorted(), keys);
  assert.deepEqual(schema.required.toSorted(), keys);
});

Deno.test("rankFixes() puts failures first, then context before tools before speed, each once", () => {
  const ranked = rankFixes([
    { id: "perf.tps", status: "fail", fix: "faster" },
    { id: "tool.one", status: "fail", fix: "jinja" },
    { id: "srv.expose", status: "warn", fix: "bind to loopback" },
    { id: "ctx.real", status: "fail", fix: "num_ctx" },
    { id: "ctx.declared", status: "warn", fix: "num_ctx" },
    { id: "ctx.kv_reuse", status: "warn", fix: "fixed tool order" },
    { id: "gen.stop", status: "pass", fix: null },
    { id: "gen.think_off", status: "skip", fix: "never shown" },
  ]);
  assert.deepEqual(ranked.map(({ fix }) => fix), [
    "num_ctx",
    "jinja",
    "faster",
    "fixed tool order",
    "bind to loopback",
  ]);
  assert.deepEqual(ranked[0]?.probes, ["ctx.real", "ctx.declared"]);
});
