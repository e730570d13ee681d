/** Pages of traces that went through the real store. */
import { systemClock } from "../../lib/core/mod.ts";
import {
  createTraceStore,
  loadTrace,
  renderTrace,
  SessionTracer,
  type StoredTrace,
} from "../../lib/trace/mod.ts";
import type { Block, PageHead, PageMessage, PageText } from "../../lib/trace/html/page_data.ts";
import { type BrowserPage, type BrowserView, withPage } from "./browser.ts";
import { openTestState, withTempDir } from "./state.ts";

/** Stores what `fill` records, reads it back and hands it to `body`. */
export function withStored(
  fill: (tracer: SessionTracer) => void,
  body: (trace: StoredTrace) => Promise<void>,
): Promise<void> {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    using store = createTraceStore({ traces: state.traces, clock: systemClock });
    fill(new SessionTracer({ sink: store, clock: systemClock }));
    store.flush();
    const [newest] = state.traces.list({ limit: 1 });
    const trace = loadTrace(state.traces, newest?.id ?? "");
    if (trace === undefined) throw new Error("Nothing was stored");
    await body(trace);
  });
}

/** The whole page of a trace. */
export async function pageText(trace: StoredTrace): Promise<string> {
  const show = `owllm trace show ${trace.record.id} --full`;
  return (await Array.fromAsync(renderTrace(trace, { version: "1.2.3", show }))).join("");
}

/** What a page carries as JSON. */
export interface PageContent {
  readonly head: PageHead;
  /** By row. */
  readonly details: readonly (readonly Block[])[];
  readonly texts: readonly PageText[];
  readonly messages: readonly PageMessage[];
}

/** Reads the JSON out of a page, as its scripts do. */
export function contentOf(page: string): PageContent {
  const blocks = [...page.matchAll(
    /<script type="application\/json" (id="head"|class="part")[^>]*>(.*?)<\/script>/gs,
  )].map(([, name, json]) => ({ name, value: JSON.parse(json ?? "") }));
  const parts = blocks.filter(({ name }) => name === 'class="part"').map(({ value }) => value);
  return {
    head: blocks.find(({ name }) => name === 'id="head"')?.value,
    details: parts.flatMap(({ details }) => details),
    texts: parts.flatMap(({ texts }) => texts),
    messages: parts.flatMap(({ messages }) => messages),
  };
}

/** Opens a page from a file in a real browser, without a network unless the view says so. */
export async function showPage(
  program: string,
  html: string,
  view: BrowserView & { readonly hash?: string },
  body: (page: BrowserPage) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(file, html);
    await withPage(program, `file://${file}${view.hash ?? ""}`, { offline: true, ...view }, body);
  } finally {
    await Deno.remove(file);
  }
}
