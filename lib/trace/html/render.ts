import { html, raw } from "../../core/mod.ts";
import type { StoredTrace } from "../store/load.ts";
import { DetailWriter } from "./details.ts";
import { endOf, rowsOf } from "./rows.ts";
import { placeAll, type Placed } from "./items.ts";
import { headerOf, noticeOf, titleOf } from "./header.ts";
import type { PageHead } from "./page_data.ts";
import { SCRIPT, STYLE } from "./assets.ts";
import { MessageTable } from "./messages.ts";
import { TextTable } from "./texts.ts";

/** Characters of JSON that one block of details has at least, but for the last. */
const PART_SIZE = 250_000;

/** What {@linkcode renderTrace} may be told. */
export interface RenderTraceOptions {
  /** Version of owllm, for the foot of the page. */
  readonly version: string;
  /** The command that shows the session whole, for texts that the page shortens. */
  readonly show: string;
}

/**
 * A trace as one self-contained page, piece by piece. Its policy lets in nothing but its own style
 * and script, by their hashes: no network, and no script that a trace could have smuggled in.
 *
 * The rows come first and are drawn before the rest is read: thousands of events must not keep
 * the reader waiting.
 */
export async function* renderTrace(
  trace: StoredTrace,
  { version, show }: RenderTraceOptions,
): AsyncGenerator<string> {
  const placed = placeAll(trace);
  const begin = placed.reduce(
    (first, { item }) => Math.min(first, item?.start ?? first),
    trace.session.created_at,
  );
  const end = endOf(trace, placed);
  const rows = rowsOf(placed, begin, end);
  const policy = `default-src 'none'; style-src '${await hash(STYLE)}'; ` +
    `script-src '${await hash(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  yield html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${titleOf(trace)}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        ${headerOf(trace, (end - begin) * 1000)}${noticeOf(trace)}${raw(FRAME)}
        <footer>owllm ${version} · made without network, opens without network</footer>
  `.text.trimStart();
  yield dataBlock({ show, total: (end - begin) * 1000, rows });
  yield `<script>${SCRIPT}</script>\n`;
  yield* partsOf(placed);
  yield "</body></html>\n";
}

/** What the scripts fill. */
const FRAME = `
<noscript><p class="notice">This page needs its own script to show the trace.</p></noscript>
<div class="tools" id="tools"></div>
<main id="main">
<section class="waterfall" aria-label="What happened">
<div class="axis" id="axis" aria-hidden="true"></div>
<div class="rows" id="rows" role="tree" tabindex="0" aria-label="Steps and events"></div>
</section>
<section class="detail" id="detail" aria-label="Details" tabindex="-1"></section>
</main>
`;

/** The details of all rows, in pieces that the scripts read when they need them. */
function* partsOf(placed: readonly Placed[]): Generator<string> {
  const texts = new TextTable();
  const messages = new MessageTable(texts);
  const writer = new DetailWriter(texts, messages);
  let details: string[] = [];
  let size = 0;
  for (const [row, one] of placed.entries()) {
    const blocks = JSON.stringify(writer.write(one));
    details.push(blocks);
    size += blocks.length;
    if (size + texts.waiting < PART_SIZE && row < placed.length - 1) continue;
    const tables = { texts: texts.take(), messages: messages.take() };
    const json = `{"details":[${details.join(",\n")}],${JSON.stringify(tables).slice(1)}`;
    yield `<script type="application/json" class="part" data-rows="${details.length}" ` +
      `data-texts="${tables.texts.length}" data-messages="${tables.messages.length}">` +
      `${harmless(json)}</script>\n`;
    details = [];
    size = 0;
  }
}

function dataBlock(head: PageHead): string {
  const json = harmless(JSON.stringify(head));
  return `<script type="application/json" id="head">${json}</script>\n`;
}

/**
 * JSON text that ends no script and opens no comment, and that does nothing to a terminal; only
 * strings have these characters.
 */
function harmless(json: string): string {
  return json.replaceAll(
    /[<\u007F-\u009F\u2028\u2029\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}
