import assert from "node:assert/strict";
import { buildReport, renderHtml, type SmokeReport } from "../../../lib/smoke/mod.ts";
import { type BrowserPage, type BrowserView, withPage } from "../../support/browser.ts";
import { findProgram } from "../../support/find_program.ts";
import { testWith } from "../../support/real_parts.ts";
import { probe, reportedRun } from "../report_samples.ts";

const browser = findProgram("chromium", "no chromium (install: apt-get install chromium)");

/** Shows a report in a real browser. */
async function show(
  program: string,
  report: SmokeReport,
  view: BrowserView,
  body: (page: BrowserPage) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(file, await renderHtml(report));
    await withPage(program, `file://${file}`, view, body);
  } finally {
    await Deno.remove(file);
  }
}

const FIX = `printf 'FROM "a"\\n' | ollama create a-16k -f /dev/stdin`;
const LONG = "x".repeat(600);

const mixed = buildReport(reportedRun([
  probe("srv.reach"),
  probe("gen.basic"),
  probe("ctx.real", "fail", { fix: FIX, diagnosis: `Cut ${LONG}`, measured: { seen: LONG } }),
  probe("tool.one", "warn", { fix: LONG }),
  probe("perf.spill", "skip", { diagnosis: "Only for ollama" }),
], "fail"));

testWith("renderHtml() fits a phone and can be filtered and copied", browser, async (program) => {
  await show(program, mixed, { width: 390 }, async (page) => {
    assert.equal(await page.evaluate("innerWidth"), 390);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert.equal(width, 390, "the page scrolls sideways");
    assert.deepEqual(page.requests.filter((url) => !url.startsWith("file:")), []);
    assert.deepEqual(page.complaints, []);

    const shown = `[...document.querySelectorAll(".probe")].filter((one) => one.checkVisibility())
      .map((one) => one.querySelector(".id").textContent).join()`;
    assert.equal(await page.evaluate(shown), "srv.reach,gen.basic,ctx.real,tool.one,perf.spill");
    await page.evaluate(`document.querySelector("label[for=only-fail]").click()`);
    assert.equal(await page.evaluate(shown), "ctx.real");
    const headings = `[...document.querySelectorAll(".group h2")]
      .filter((one) => one.checkVisibility()).map((one) => one.textContent).join()`;
    assert.equal(await page.evaluate(headings), "Context");

    await page.evaluate(`void (window.copied = new Promise((done) =>
      navigator.clipboard.writeText = (text) => { done(text); return Promise.resolve(); }))`);
    await page.evaluate(`document.querySelector("button[data-copy]").click()`);
    assert.equal(await page.evaluate("window.copied"), FIX);
  });
});

testWith("renderHtml() runs nothing that a model or server said", browser, async (program) => {
  const attack = `"'><img src=x onerror="window.owned=1"><script>window.owned=1</script>` +
    `<base href="http://127.0.0.1:9/"><a href="javascript:owned=1">x</a>{{7*7}}\${7*7}</code></style>`;
  const report = buildReport({
    ...reportedRun([
      probe("ctx.real", "fail", {
        diagnosis: attack,
        fix: attack,
        measured: { [attack]: attack },
      }),
      probe(attack, "skip", { diagnosis: attack }),
    ], "fail"),
    modelId: attack,
    server: { kind: "ollama", baseUrl: attack, version: attack },
    profile: { tool_mode: attack, context_tokens: attack },
  });
  await show(program, report, { width: 390, scheme: "dark" }, async (page) => {
    assert.equal(await page.evaluate("typeof window.owned"), "undefined");
    assert.equal(await page.evaluate(`document.querySelectorAll("img,a,base").length`), 0);
    assert.equal(await page.evaluate(`document.querySelectorAll("script").length`), 1);
    assert.equal(await page.evaluate(`document.querySelector(".model").textContent`), attack);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
  });
});

testWith(
  "renderHtml() has a policy that refuses foreign scripts and requests",
  browser,
  async (program) => {
    let asked = 0;
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      asked++;
      return new Response("x", { headers: { "access-control-allow-origin": "*" } });
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    await show(program, mixed, { width: 1280 }, async (page) => {
      await page.evaluate(`document.body.insertAdjacentHTML("beforeend",
      '<img src="${url}/x.png"><iframe src="${url}"></iframe><img src=x onerror="window.owned=1">')`);
      await page.evaluate(`{ const s = document.createElement("script");
      s.textContent = "window.owned=2"; document.body.append(s); }`);
      const fetched = `fetch("${url}").then(() => "let in", (error) => error.name)`;
      assert.equal(await page.evaluate(fetched), "TypeError");
      assert.equal(await page.evaluate("typeof window.owned"), "undefined");
      assert.equal(asked, 0, "the page reached a server");
      assert.ok(page.complaints.some((one) => one.includes("Content Security Policy")));
    });
  },
);

testWith("renderHtml() follows the reader's colour scheme", browser, async (program) => {
  const background = `getComputedStyle(document.body).backgroundColor`;
  const seen: unknown[] = [];
  for (const scheme of ["light", "dark"] as const) {
    await show(program, mixed, { width: 1280, scheme }, async (page) => {
      seen.push(await page.evaluate(background));
    });
  }
  assert.deepEqual(seen, ["rgb(246, 245, 241)", "rgb(18, 20, 23)"]);
});
