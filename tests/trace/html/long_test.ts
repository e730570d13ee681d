import assert from "node:assert/strict";
import { findProgram } from "../../support/find_program.ts";
import { traceLongRun } from "../../support/long_session.ts";
import { testWith } from "../../support/real_parts.ts";
import { pageText, showPage, withStored } from "../../support/trace_page.ts";

const browser = findProgram("chromium", "no chromium (install: apt-get install chromium)");
const EVENTS = 5_000;

testWith("renderTrace() stays quick with 5,000 events", browser, async (program) => {
  await withStored((tracer) => traceLongRun(tracer, EVENTS), async (trace) => {
    await showPage(program, await pageText(trace), { width: 1280 }, async (page) => {
      const paint = `performance.getEntriesByName("first-contentful-paint")[0].startTime`;
      const firstPaint = Number(await page.evaluate(paint));
      // The aim is 1 s; the machine may be busy with other tests.
      assert.ok(firstPaint < 3_000, `first paint after ${firstPaint} ms`);
      assert.match(
        String(await page.evaluate(`document.querySelector(".facts").innerText`)),
        /Model calls\s+2,500/,
      );
      const rows = `document.querySelectorAll(".row").length`;
      assert.ok(Number(await page.evaluate(rows)) < 100, "all rows are in the document");
      const scrolled = await page.evaluate(`new Promise((done) => {
        const list = document.querySelector("#rows");
        list.scrollTop = list.scrollHeight;
        requestAnimationFrame(() => requestAnimationFrame(() =>
          done([...document.querySelectorAll(".row .name")].at(-1).textContent)));
      })`);
      assert.equal(scrolled, "read_file");
      const found = await page.evaluate(`new Promise((done) => {
        const input = document.querySelector(".search");
        input.value = "LAST needle";
        input.dispatchEvent(new Event("input"));
        const look = () => document.querySelector(".count").textContent === ""
          ? setTimeout(look, 20) : done(document.querySelector(".count").textContent);
        look();
      })`);
      assert.equal(found, "– of 1");
    });
  });
});
