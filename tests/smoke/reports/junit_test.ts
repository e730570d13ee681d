import assert from "node:assert/strict";
import { buildErrorReport, buildReport, renderJunit } from "../../../lib/smoke/mod.ts";
import { OwllmError } from "../../../lib/core/mod.ts";
import { findProgram } from "../../support/find_program.ts";
import { testWith } from "../../support/real_parts.ts";
import { probe, reportedRun } from "../report_samples.ts";

const xmllint = findProgram("xmllint", "no xmllint (install: apt-get install libxml2-utils)");

/** The value of an XPath expression in a document, by a real parser. */
async function xpath(program: string, xml: string, expression: string): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    await Deno.writeTextFile(file, xml);
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: ["--nonet", "--xpath", expression, file],
    }).output();
    const decoder = new TextDecoder();
    assert.equal(code, 0, decoder.decode(stderr));
    return decoder.decode(stdout).replace(/\n$/, "");
  } finally {
    await Deno.remove(file);
  }
}

const HOSTILE = 'a ]]> <b> & "q" \x00\x1b[31m \uFFFF \uD800 日本 🧑‍🚀\nsecond line';
const HOSTILE_IN_XML = 'a ]]> <b> & "q" \uFFFD\uFFFD[31m \uFFFD \uFFFD 日本 🧑‍🚀\nsecond line';

testWith("renderJunit() is XML that a real parser reads back", xmllint, async (program) => {
  const xml = renderJunit(buildReport(reportedRun([
    probe("srv.reach", "pass", { measured: { note: HOSTILE } }),
    probe("ctx.real", "fail", { diagnosis: HOSTILE, fix: 'printf "%s" <in >out' }),
    probe("ctx.overflow", "skip", { diagnosis: "Only for ollama" }),
    probe("perf.tps", "warn", { diagnosis: "Slow", fix: "smaller model" }),
  ])));
  const read = (expression: string) => xpath(program, xml, expression);
  assert.equal(await read("string(//testcase[@name='ctx.real']/failure/@message)"), HOSTILE_IN_XML);
  assert.equal(
    await read("string(//testcase[@name='ctx.real']/failure)"),
    `${HOSTILE_IN_XML}\nFix: printf "%s" <in >out`,
  );
  assert.equal(
    await read("string(//testcase[@name='ctx.overflow']/skipped/@message)"),
    "Only for ollama",
  );
  assert.equal(
    await read("string(//testcase[@name='srv.reach']/system-out)"),
    `note=${HOSTILE_IN_XML}`,
  );
  assert.equal(
    await read("string(//testcase[@name='perf.tps']/system-err)"),
    "Warning: Slow\nFix: smaller model",
  );
  assert.equal(
    await read("concat(/*/@tests,' ',/*/@failures,' ',/*/@errors,' ',/*/@skipped)"),
    "4 1 0 1",
  );
  assert.equal(await read("count(//testsuite)"), "3");
  assert.equal(
    await read("string(//testsuite[1]//property[@name='server.version']/@value)"),
    "0.17.4",
  );
});

testWith("renderJunit() counts warnings as failures under strict", xmllint, async (program) => {
  const xml = renderJunit(buildReport(reportedRun([probe("perf.tps", "warn")])), { strict: true });
  assert.equal(await xpath(program, xml, "string(/*/@failures)"), "1");
  assert.equal(await xpath(program, xml, "string(//failure/@type)"), "warn");
});

testWith("renderJunit() never shows an unfinished run as green", xmllint, async (program) => {
  const stopped = renderJunit(buildReport(reportedRun([probe("srv.reach")], "interrupted")));
  assert.equal(await xpath(program, stopped, "string(/*/@errors)"), "1");
  assert.equal(await xpath(program, stopped, "string(//error/@message)"), "Interrupted");
  const never = renderJunit(buildErrorReport({
    modelId: "x",
    error: new OwllmError({
      code: "unreachable",
      message: "No server",
      recoverySuggestion: "ollama serve",
    }),
    tier: "quick",
    startedAt: new Date(0),
    durationMs: 3,
    owllmVersion: "0.1.0",
  }));
  assert.equal(await xpath(program, never, "string(//error)"), "No server\nFix: ollama serve");
});
