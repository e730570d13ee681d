import { html, type Markup, raw } from "../../core/mod.ts";
import { rankFixes } from "../fix_order.ts";
import { byGroup } from "../groups.ts";
import { formatLabel, formatMeasured, formatMs, headline, keyFacts } from "../headline.ts";
import type { ProbeReport, SmokeReport } from "../report.ts";
import { countStatuses, describeCounts, verdictOf } from "../verdict.ts";
import { SCRIPT, STYLE } from "./html_assets.ts";

/**
 * The report as one self-contained page. Its policy lets in nothing but its own style and script,
 * by their hashes: no network, and no script that a model could have smuggled into its answer.
 */
export async function renderHtml(report: SmokeReport): Promise<string> {
  const policy = `default-src 'none'; style-src '${await hash(STYLE)}'; ` +
    `script-src '${await hash(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const { title } = verdictOf(report);
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${report.model_id}: ${title}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <main>
        <div class="brand"><b>owllm</b><span>smoke test of a local model</span></div>
        ${verdict(report)}
        ${facts(report)}
        ${fixes(report)}
        ${filter(report)}
        ${byGroup(report.probes).map(group)}
        ${profile(report)}
        ${footer(report)}
            </main>
        <script>${raw(SCRIPT)}</script>
      </body>
    </html>
  `.text.trimStart();
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}

function verdict(report: SmokeReport): Markup {
  const { title, sentence } = verdictOf(report);
  const { server } = report;
  const where = server === null
    ? "no server"
    : [server.kind, server.version, server.base_url.replace(/^https?:\/\//, "")]
      .filter(Boolean).join(" · ");
  return html`
    <header class="card verdict ${report.status}">
      <p class="model">${report.model_id}</p>
      <h1>${title}</h1>
      <p class="say">${sentence}</p>
      <p class="meta">${where}<br>${describeCounts(countStatuses(report.probes))} in ${formatMs(
        report.duration_ms,
      )} · ${report.tier} · ${day(report.started_at)}</p>
    </header>
  `;
}

/** `2026-11-21 07:40 UTC`. */
function day(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function facts(report: SmokeReport): Markup {
  if (report.probes.length === 0) return raw("");
  const cells = keyFacts(report).map(({ label, value, known, status }) =>
    html`
      <div class="${known ? status : "unknown"}">
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div>
    `
  );
  return html`
    <h2>What matters</h2>
    <dl class="card facts">${cells}</dl>
  `;
}

function fixes(report: SmokeReport): Markup {
  const ranked = report.probes.length === 0
    ? report.fixes.map((fix) => ({ fix, probes: [], status: "fail" as const }))
    : rankFixes(report.probes);
  if (ranked.length === 0) return raw("");
  const items = ranked.map(({ fix, probes, status }) => {
    const why = report.probes.find(({ id }) => id === probes[0])?.diagnosis ??
      report.errors[0]?.message ?? "";
    return html`<li class="${status}"><p>${why}</p>${paste(fix)}</li>`;
  });
  return html`
    <h2>What to do, most effect first</h2>
    <ol class="card fixes">${items}</ol>
  `;
}

function paste(fix: string): Markup {
  return html`<div class="paste"><code>${fix}</code><button type="button" data-copy>Copy</button></div>`;
}

function filter({ probes }: SmokeReport): Markup {
  if (probes.length === 0) return raw("");
  const counts = countStatuses(probes);
  const choices = (["fail", "warn", "pass", "skip"] as const).filter((one) => counts[one] > 0);
  return html`<fieldset class="filter" aria-label="Show">
<input type="radio" name="only" id="only-all" checked><label for="only-all">All ${probes.length}</label>
${
    choices.map((status) =>
      html`
        <input type="radio" name="only" id="only-${status}"><label
          for="only-${status}">${LABELS[status]} ${counts[status]}</label>
      `
    )
  }</fieldset>`;
}

const LABELS: Readonly<Record<ProbeReport["status"], string>> = {
  pass: "Passed",
  warn: "Warnings",
  fail: "Failed",
  skip: "Not judged",
};

function group({ title, items }: { title: string; items: readonly ProbeReport[] }): Markup {
  return html`
    <section class="group">
      <h2>${title}</h2>
      <div class="card">${items.map(probe)}</div>
    </section>
  `;
}

function probe(one: ProbeReport): Markup {
  const number = headline(one);
  const open = one.status === "fail" || one.status === "warn";
  const rows = Object.entries(one.measured).map(([key, value]) =>
    html`
      <tr>
        <th scope="row">${formatLabel(key)}</th>
        <td>${formatMeasured(key, value)}</td>
      </tr>
    `
  );
  return html`
    <details class="probe ${one.status}" ${raw(open ? " open" : "")}>
      <summary><span class="mark">${one.status}</span><span class="id">${one
        .id}</span><span class="num">${number === "" ? raw("") : html`<b>${number}</b>`}${formatMs(
          one.ms,
        )}</span></summary>
      <div class="body">${one.diagnosis === null
        ? raw("")
        : html`<p class="say">${one.diagnosis}</p>`}${one.fix === null
        ? raw("")
        : paste(one.fix)}${rows.length === 0 ? raw("") : html`<table>${rows}</table>`}</div>
    </details>
  `;
}

/** What the profile adds to the table of what matters. */
const TRUST: Readonly<Record<string, string>> = {
  context_tokens: "Context to ask for",
  streaming: "Streaming",
  parallel_calls: "Several calls at once",
  schema: "JSON schema",
  thinking: "Thinking kept apart",
  max_tools: "Tools to show at once",
  step_s: "One agent step",
};

function profile({ profile }: SmokeReport): Markup {
  if (profile === null) return raw("");
  const cells = Object.entries(TRUST).map(([key, label]) => {
    const value = profile[key];
    const known = typeof value === "number" || typeof value === "boolean";
    return html`
      <div class="${known ? "" : "unknown"}">
        <dt>${label}</dt>
        <dd>${known ? formatMeasured(key, value) : "not measured"}</dd>
      </div>
    `;
  });
  return html`
    <h2>What an agent may rely on</h2>
    <dl class="card facts">${cells}</dl>
  `;
}

function footer({ owllm_version, run_id }: SmokeReport): Markup {
  const run = run_id === null ? "" : ` · run ${run_id}`;
  return html`<footer>owllm ${owllm_version}${run} · made without network, opens without network</footer>`;
}
