import type { Json } from "./events.ts";

/** Takes secrets out of plain data; the data itself is not changed. */
export interface Redactor {
  text(value: string): string;
  json<T extends Json>(value: T): T;
}

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** Shorter values are too common in ordinary text to be taken out wherever they stand. */
const MIN_KNOWN_SECRET = 8;

/** Names of fields, headers and variables whose value is a secret whatever it looks like. */
const SECRET_NAME =
  /^(?:proxy-)?authorization$|^cookie$|^set-cookie$|(?:^|[_-])(?:api[_-]?keys?|auth[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|secret(?:[_-]?(?:access[_-]?)?key)?|client[_-]?secret|password|passwd|private[_-]?key|credentials?)$|(?:apikey|accesstoken|authtoken|clientsecret|privatekey)$/i;

/**
 * Secrets that are known by their form. A group named `keep` stays: the scheme of a header, the
 * name of a variable.
 */
const PATTERNS: readonly RegExp[] = [
  // Header lines and their JSON and command-line spellings.
  /(?<keep>\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s"',;}]+/gi,
  /(?<keep>\bbearer\s+)[\w.~+/-]{8,}=*/gi,
  /(?<keep>\bx-api-keys?["']?\s*[:=]\s*["']?)[^\s"',;}]+/gi,
  // Assignments as in .env files, shells and JSON.
  /(?<keep>\b[A-Z0-9_]*(?:API_?KEY|ACCESS_KEY|SECRET(?:_KEY)?|AUTH_?TOKEN|ACCESS_TOKEN|[A-Z0-9]_TOKEN|PASSWORD|PASSWD|PRIVATE_KEY)["']?\s*[:=]\s*["']?)[^\s"',;}]{4,}/g,
  /(?<keep>\b(?:api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret|password|passwd)["']?\s*[:=]\s*["']?)[^\s"',;}]{4,}/gi,
  // Keys and tokens by the prefixes that their makers give them.
  /\bsk-[A-Za-z0-9_-]{8,}/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,})/g,
  /\b(?:hf|gsk|npm|pypi)[_-][A-Za-z0-9_-]{20,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{35}/g,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // The password of a URL.
  /(?<keep>\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s/@]+(?=@)/gi,
];

/** A cheap look that most text does not pass, so that the patterns are seldom run. */
const SUSPICIOUS =
  /authorization|bearer|api[_-]?key|secret|token|passw|private.key|access_key|sk-|gh[pousr]_|github_pat|glpat|hf_|gsk_|npm_|pypi-|xox|AKIA|ASIA|AIza|eyJ|:\/\/[^\s/@]*:/i;

/**
 * Builds a redactor.
 *
 * @param secrets values that are secret on this machine, such as those of a `.env` file; those
 * shorter than eight characters are left, because they would take ordinary words with them
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const known = knownSecrets(secrets);
  const text = (value: string): string => {
    let clean = known === undefined ? value : value.replace(known, REDACTED);
    if (!SUSPICIOUS.test(clean)) return clean;
    for (const pattern of PATTERNS) {
      clean = clean.replace(pattern, (...match) => {
        const groups = match.at(-1) as { keep?: string } | string;
        return `${typeof groups === "object" ? groups.keep ?? "" : ""}${REDACTED}`;
      });
    }
    return clean;
  };
  const json = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (value === null || typeof value !== "object") return value;
    return isArray(value) ? redactArray(value, json) : redactFields(value, json, text);
  };
  return { text, json: json as Redactor["json"] };
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** One expression for all known values, the longest first: one may be part of another. */
function knownSecrets(secrets: readonly string[]): RegExp | undefined {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= MIN_KNOWN_SECRET);
  if (long.length === 0) return undefined;
  const sorted = long.toSorted((a, b) => b.length - a.length);
  return new RegExp(sorted.map((secret) => RegExp.escape(secret)).join("|"), "g");
}

/** The same array when nothing in it was secret, so that clean data is not copied. */
function redactArray(items: readonly Json[], json: (value: Json) => Json): readonly Json[] {
  let changed: Json[] | undefined;
  for (const [index, item] of items.entries()) {
    const clean = json(item);
    if (clean !== item) (changed ??= [...items])[index] = clean;
  }
  return changed ?? items;
}

function redactFields(
  value: Readonly<Record<string, Json>>,
  json: (value: Json) => Json,
  text: (value: string) => string,
): Json {
  let changed: Record<string, Json> | undefined;
  for (const key in value) {
    const item = value[key] ?? null;
    const cleanKey = text(key);
    const clean = isSecretField(key, item) ? REDACTED : json(item);
    if (clean === item && cleanKey === key) continue;
    changed ??= { ...value };
    if (cleanKey !== key) delete changed[key];
    changed[cleanKey] = clean;
  }
  return changed ?? value;
}

/** Only text and nested data can be secret: `{ "api_key": true }` says that there is one. */
function isSecretField(key: string, item: Json): boolean {
  return (typeof item === "string" ? item !== "" : typeof item === "object" && item !== null) &&
    SECRET_NAME.test(key);
}
