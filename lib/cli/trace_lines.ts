import { formatBytes, OwllmError } from "../core/mod.ts";
import type { TraceSessionRecord } from "../state/mod.ts";
import type { Style } from "./output.ts";
import { verbatim } from "./text_width.ts";

/** A time as lists show it: `2026-11-21 10:35:07`, in UTC. */
export function formatWhen(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** How long ago it was: `5 min ago`. */
export function formatAgo(seconds: number, now: Date): string {
  const ago = Math.max(0, now.getTime() / 1000 - seconds);
  if (ago < 60) return `${Math.round(ago)} s ago`;
  if (ago < 3600) return `${Math.round(ago / 60)} min ago`;
  if (ago < 48 * 3600) return `${Math.round(ago / 3600)} h ago`;
  return `${Math.round(ago / 86_400)} d ago`;
}

/** A duration in three digits or so: `3.2 ms`, `250 ms`, `12.4 s`, `5 min 03 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

// Kept, because making one takes longer than thousands of formats.
const COUNT = new Intl.NumberFormat("en");

/** A count with its thousands apart. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** A size for people, down to bytes. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KiB` : formatBytes(bytes);
}

/** US dollars; small sums keep their first digits. */
export function formatCost(usd: number): string {
  return `$${usd === 0 || usd >= 0.01 ? usd.toFixed(2) : usd.toPrecision(2)}`;
}

/** How a session stands, in its colour. */
export function formatStatus(status: TraceSessionRecord["status"], style: Style): string {
  if (status === null) return style.yellow("open");
  return status === "ok" ? style.green("ok") : style.red("error");
}

/** What is known of a session without an end. */
export function openRemark({ updatedUs }: TraceSessionRecord, now: Date): string {
  return `cut or running, last written ${formatAgo(updatedUs / 1e6, now)}`;
}

/** How long a session took, or has been written to, in ms. */
export function sessionMs({ createdUs, endedUs, updatedUs }: TraceSessionRecord): number {
  return Math.max(0, (endedUs ?? updatedUs) - createdUs) / 1000;
}

/** The line that shows a session, or a step of it. */
export function showCommand(
  id: string,
  { step, full = false, traceDb }: {
    readonly step?: number | null | undefined;
    readonly full?: boolean;
    readonly traceDb?: string | undefined;
  },
): string {
  return [
    `owllm trace show ${quoted(id)}`,
    step === undefined || step === null ? "" : `--step ${step}`,
    full ? "--full" : "",
    traceDb === undefined ? "" : `--trace-db ${quoted(traceDb)}`,
  ].filter(Boolean).join(" ");
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  const safe = verbatim(word);
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}

/** A flag's whole number from 1 on. */
export function parseCount(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 100_000) return number;
  throw new OwllmError({
    code: "usage",
    message: `"${text}" is no number of lines`,
    recoverySuggestion: "Give a whole number from 1 to 100000: --limit 20",
  });
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * A point in time: `2h`, `3d`, `30m`, `1w` before now, or a date such as `2026-11-01`, with or
 * without a time, in UTC. The result is in seconds since 1970.
 *
 * @throws {@linkcode OwllmError} `usage` for anything else
 */
export function parseSince(text: string, now: Date): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return now.getTime() / 1000 - Number(count) * (UNIT_SECONDS[unit] ?? 0);
  const [, date, time = "00:00"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text) ?? [];
  const at = date === undefined ? Number.NaN : Date.parse(`${date}T${time}Z`);
  // The parser takes the 31st of a shorter month for the next month's first.
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(date ?? "")) return at / 1000;
  throw new OwllmError({
    code: "usage",
    message: `"${text}" is no time`,
    recoverySuggestion: "E.g. --since 2h, --since 3d or --since 2026-11-01",
  });
}
