import assert from "node:assert/strict";
import { SmokeLines } from "../../lib/cli/live_display.ts";
import { createStyle } from "../../lib/cli/output.ts";
import { eraseLine, runningLine } from "../../lib/cli/probe_lines.ts";
import { textWidth } from "../../lib/cli/text_width.ts";
import { GROUP_TITLES, headline, type ProbeResult, type SmokeEvent } from "../../lib/smoke/mod.ts";
import { probe } from "../smoke/report_samples.ts";

const plain = createStyle(false);

function events(result: ProbeResult): SmokeEvent[] {
  const { id, group, tier } = result;
  const run = () => Promise.resolve(result);
  const asked = { id, group, tier, title: id, needs: {}, run };
  return [{ type: "probe_start", probe: asked }, { type: "probe_done", probe: asked, result }];
}

const RESULTS = [
  probe("srv.reach", "pass", { ms: 4 }),
  probe("srv.expose", "warn", {
    diagnosis: "Listens on 0.0.0.0 \x1b[2J 日本語で誰でも使えるサーバーです",
  }),
  probe("ctx.real", "fail", {
    ms: 5200,
    measured: { real_tokens: 2051 },
    diagnosis: "Silently truncated at 2,051 tokens of 8,192, HTTP 200: the tools are lost first",
  }),
  probe("perf.ttft", "skip", { diagnosis: "Not judged, because gen.basic failed ".repeat(5) }),
];

function linesAt(columns: number): string[] {
  const lines = new SmokeLines({ GROUP_TITLES, headline });
  return RESULTS.flatMap(events)
    .flatMap((event, index) => lines.add(event, index * 1000, { columns, style: plain }));
}

Deno.test("SmokeLines shows groups, marks, the number that matters and the time", () => {
  assert.deepEqual(linesAt(60), [
    "Server and identity",
    "  ✓ srv.reach                                          4 ms",
    "  ! srv.expose                                        13 ms",
    "    Listens on 0.0.0.0 \uFFFD[2J",
    "    日本語で誰でも使えるサーバーです",
    "",
    "Context",
    "  ✗ ctx.real           2,051 tokens                   5.2 s",
    "    Silently truncated at 2,051 tokens of 8,192, HTTP 200:",
    "    the tools are lost first",
    "",
    "Speed and resources",
    "  – perf.ttft",
    "    Not judged, because gen.basic failed Not judged,",
  ]);
});

Deno.test("SmokeLines fits any terminal from 30 columns on", () => {
  for (const columns of [30, 39, 50, 80, 200]) {
    for (const line of linesAt(columns)) {
      assert.ok(textWidth(line) <= columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("SmokeLines draws the running probe and forgets it when it is done", () => {
  const lines = new SmokeLines({ GROUP_TITLES, headline });
  const options = { columns: 80, style: plain };
  const [start, done] = events(probe("ctx.real"));
  assert.equal(lines.transient(0, options), undefined);
  if (start !== undefined) lines.add(start, 1000, options);
  assert.match(lines.transient(1200, options) ?? "", /^ {2}\S ctx\.real$/);
  assert.match(lines.transient(3500, options) ?? "", /^ {2}\S ctx\.real 2\.5 s$/);
  if (done !== undefined) lines.add(done, 4000, options);
  assert.equal(lines.transient(4000, options), undefined);
});

Deno.test("runningLine() never wraps, eraseLine() clears the rows of a narrowed terminal", () => {
  for (const columns of [6, 12, 20]) {
    const line = runningLine("ctx.tools_survive", 65_000, { columns, style: plain });
    assert.ok(textWidth(line) < columns, line);
  }
  assert.equal(eraseLine(20, 80), "\r\x1b[J");
  assert.equal(eraseLine(79, 40), "\x1b[1A\r\x1b[J");
});
