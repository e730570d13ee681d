/** `datetime.datetime(2026, 11, 21, 4, 0, 37, 533345, tzinfo=datetime.timezone.utc)` */
const REPR =
  /^datetime\.datetime\((\d{1,4}(?:, ?\d{1,6}){2,6})(?:, ?fold=[01])?(?:, ?tzinfo=(.+))?\)$/;

/** `datetime.timezone(datetime.timedelta(days=-1, seconds=68400))` */
const OFFSET =
  /^datetime\.timezone\(datetime\.timedelta\((?:days=(-?\d+))?(?:, ?)?(?:seconds=(\d+))?\)(?:, ?'[^']*')?\)$/;

/** `2026-11-21T04:00:37.533345+00:00`; Python writes a blank instead of the T when it prints. */
const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * A date as Python's `repr` or as ISO 8601, in seconds since 1970; without a time zone it is UTC.
 * Undefined for anything else.
 */
export function parseDate(text: string): number | undefined {
  return parseRepr(text) ?? parseIso(text);
}

function parseRepr(text: string): number | undefined {
  const [, fields, zone] = REPR.exec(text.trim()) ?? [];
  if (fields === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0] = fields
    .split(",").map(Number);
  const offset = zoneSeconds(zone);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(ms);
  const real = back.getUTCMonth() === month - 1 && back.getUTCDate() === day &&
    back.getUTCHours() === hour && back.getUTCMinutes() === minute;
  if (!real || offset === undefined) return undefined;
  return toSeconds(ms / 1000 - offset, micros);
}

function zoneSeconds(zone: string | undefined): number | undefined {
  if (zone === undefined || /^(datetime\.timezone\.utc|UTC|<UTC>|tzutc\(\))$/.test(zone)) return 0;
  const found = OFFSET.exec(zone);
  return found === null ? undefined : Number(found[1] ?? 0) * 86_400 + Number(found[2] ?? 0);
}

function parseIso(text: string): number | undefined {
  const [, date, time = "00:00:00", fraction = "", zone = "Z"] = ISO.exec(text.trim()) ?? [];
  if (date === undefined) return undefined;
  const offset = zone.toUpperCase() === "Z" ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  const ms = Date.parse(`${date}T${time}${offset}`);
  if (Number.isNaN(ms)) return undefined;
  return toSeconds(ms / 1000, Number(fraction.padEnd(6, "0").slice(0, 6)));
}

/** By way of microseconds, so that the same moment is the same number wherever it comes from. */
function toSeconds(whole: number, micros: number): number {
  return (whole * 1e6 + micros) / 1e6;
}

/** Seconds since 1970 as ISO 8601 with microseconds, UTC. */
export function isoDate(seconds: number): string {
  const us = Math.round(seconds * 1e6);
  const whole = Math.floor(us / 1e6);
  const micros = String(us - whole * 1e6).padStart(6, "0");
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${micros}+00:00`;
}
