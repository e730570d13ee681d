/** How soon the page of a long session shows its rows, in a real browser. */
import type { TracesTable } from "../../lib/state/mod.ts";
import { loadTrace, renderTrace } from "../../lib/trace/mod.ts";
import { withPage } from "../support/browser.ts";
import { findProgram } from "../support/find_program.ts";
import type { Figure } from "./main.ts";
import { median, timed } from "./median.ts";
import { LONG_SESSION, openMillion } from "./trace_file.ts";

const RUNS = 5;

/** Milliseconds since the page was asked for until its rows are drawn and something is painted. */
const ROWS_PAINTED = `Math.max(
  performance.getEntriesByName("first-contentful-paint")[0].startTime,
  performance.getEntriesByName("rows-drawn")[0].startTime)`;

/** Milliseconds of a search over everything for a word that every event has. */
const SEARCH = `new Promise((done) => {
  const input = document.querySelector(".search");
  const count = document.querySelector(".count");
  input.value = "common";
  const start = performance.now();
  new MutationObserver(() => done(performance.now() - start)).observe(count, { childList: true });
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
})`;

/** The page of 5,000 events: making it, its first paint, a search in it. */
export async function pageFigures(): Promise<Figure[]> {
  using state = await openMillion();
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    const made: number[] = [];
    for (let i = 0; i < RUNS; i++) made.push(await timed(() => writePage(state.traces, file)));
    const figures = [{ name: "page of 5,000 events, made", unit: "ms", value: median(made) }];
    const browser = findProgram("chromium", "no chromium");
    return browser.there ? [...figures, ...await shownFigures(browser.part, file)] : figures;
  } finally {
    await Deno.remove(file);
  }
}

async function writePage(traces: TracesTable, file: string): Promise<void> {
  const trace = loadTrace(traces, LONG_SESSION);
  if (trace === undefined) throw new Error(`The bench file has no session "${LONG_SESSION}"`);
  const page = renderTrace(trace, { version: "0.0.0", show: "owllm trace show long" });
  await Deno.writeTextFile(file, ReadableStream.from(page));
}

async function shownFigures(browser: string, file: string): Promise<Figure[]> {
  const painted: number[] = [];
  const searched: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    await withPage(browser, `file://${file}`, { width: 1280 }, async (page) => {
      painted.push(Number(await page.evaluate(ROWS_PAINTED)));
      searched.push(Number(await page.evaluate(SEARCH)));
    });
  }
  const unit = "ms";
  return [
    { name: "page of 5,000 events, its rows painted", unit, value: median(painted), aim: 1000 },
    { name: "page of 5,000 events, searched first", unit, value: median(searched) },
  ];
}
