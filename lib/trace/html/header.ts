import { html, type Markup, raw } from "../../core/mod.ts";
import type { TraceSessionRecord } from "../../state/mod.ts";
import type { CAISEvent } from "../events.ts";
import type { StoredTrace } from "../store/load.ts";
import { formatCount, formatMs, visible } from "./page/text.js";

/** The title of the page's tab. */
export function titleOf({ record }: StoredTrace): string {
  return visible(`${record.model ?? record.kind}: trace ${record.id}`);
}

/** The summary above the waterfall. `ms` is how long it all took. */
export function headerOf(trace: StoredTrace, ms: number): Markup {
  const { record, session } = trace;
  const status = session.status === "open" ? "open" : session.status;
  const { task } = session.metadata;
  const about = typeof task === "string" ? task.slice(0, 300) : "";
  const began = new Date(record.createdUs / 1000).toISOString();
  const tags = record.tags.map((tag) => html`<span class="tag">${visible(tag)}</span>`);
  return html`<header class="summary">
    <div class="brand"><b>owllm</b><span>trace</span></div>
    <h1><span class="status ${status}">${WORDS[status]}</span> ${
    visible(record.model ?? record.kind)
  }</h1>
    ${about === "" ? raw("") : html`<p class="task">${visible(about)}</p>`}
    <p class="meta"><span>${visible(record.kind)}</span><span>${visible(record.id)}</span><span>${
    began.slice(0, 10)
  } ${began.slice(11, 19)} UTC</span>${tags}</p>
    <dl class="facts">${
    factsOf(trace, ms).map(([label, value, tone]) =>
      html`
        <div class="${tone ?? ""}">
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>
  </header>`;
}

const WORDS = { open: "No end", ok: "OK", error: "Error" } as const;

type HeaderFact = readonly [label: string, value: string, tone?: string];

function factsOf({ record, session }: StoredTrace, ms: number): HeaderFact[] {
  const models = session.event_history.filter((event): event is CAISEvent =>
    event.event_type === "cais"
  );
  const { inputTokens, outputTokens, costUsd, errors, toolCalls, steps } = record;
  const rate = rateOf(models);
  return [
    ["Took", formatMs(ms)],
    ["Steps", formatCount(steps)],
    ["Model calls", formatCount(models.length)],
    ["Tool calls", formatCount(toolCalls)],
    ["Tokens read", formatCount(inputTokens)],
    ["Tokens written", formatCount(outputTokens)],
    ...(rate === undefined ? [] : [["Tokens/s", formatCount(Math.round(rate * 10) / 10)] as const]),
    ...(costUsd === null ? [] : [["Cost", `$${costUsd.toFixed(4)}`] as const]),
    ["Errors", formatCount(errors), errors > 0 ? "bad" : ""],
  ];
}

/** Tokens that models wrote per second in which they did. */
function rateOf(models: readonly CAISEvent[]): number | undefined {
  let tokens = 0;
  let ms = 0;
  for (const { output_tokens, latency_ms, metadata } of models) {
    const decode = metadata["decode_ms"];
    const took = typeof decode === "number" ? decode : latency_ms ?? 0;
    if (output_tokens === null || took <= 0) continue;
    tokens += output_tokens;
    ms += took;
  }
  return ms === 0 ? undefined : tokens / (ms / 1000);
}

/** What the reader should know before anything else. */
export function noticeOf({ record, session }: StoredTrace): Markup {
  if (session.error !== null) {
    const { type, message } = session.error;
    return notice("bad", `Ended by an error: ${type}: ${message.slice(0, 500)}`);
  }
  return session.status === "open" ? notice("warn", cut(record)) : raw("");
}

function cut({ updatedUs }: TraceSessionRecord): string {
  const last = new Date(updatedUs / 1000).toISOString().slice(0, 19).replace("T", " ");
  return `No end: cut by a crash, or still running when this page was made. Last written ` +
    `${last} UTC; all before it is complete.`;
}

function notice(tone: string, text: string): Markup {
  return html`<p class="notice ${tone}" role="status">${visible(text)}</p>`;
}
