/**
 * The forms by which secrets are known. No expression here has two loops over the same characters,
 * and none starts a long look at every character: hostile text of 50 MB takes seconds, not hours.
 */

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** Names that tell a secret as the name of a field, and are too common for that in text. */
const FIELD_NAME =
  /^(?:set-)?cookie$|(?:^|[_-])(?:secret|credentials?|(?:ssh|signing|encryption)[_-]?key)$|api[_-]?keys$/i;

/** Whether a field, header, variable or flag of this name holds a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  const assigned = `${name}=${"x".repeat(8)}`;
  return FIELD_NAME.test(name) || redactAssignments(assigned) === `${name}=${REDACTED}`;
}

/** An end of a name in running text, up to where the value begins; quotes may be escaped. */
interface Assignment {
  readonly name: RegExp;
  /** A shorter value without quotes is no secret. */
  readonly min: number;
}

const ASSIGNMENTS: readonly Assignment[] = [
  { name: /authorization\\*["']?[ \t]*[:=]{1,3}>?[ \t]*/gi, min: 1 },
  {
    name:
      /(?:api[_-]?key|(?:auth|access|refresh|bearer|session|(?<![a-z])id)[_-]?token|(?:client|api|app)[_-]?secret|secret[_-]?(?:access[_-]?)?key|passw(?:or)?d|passphrase|private[_-]?key)\\*["']?[ \t]*[:=]{1,3}>?[ \t]*/gi,
    min: 4,
  },
  {
    name:
      /(?:ACCESS_KEY|SECRET|(?<=[A-Z0-9])(?<!EOS|BOS|PAD|UNK|SEP|CLS|MASK|STOP|END|START|NEXT)_TOKEN)\\*["']?[ \t]*[:=]{1,3}>?[ \t]*/g,
    min: 4,
  },
  {
    name:
      /(?<!-)--(?:[\w-]{0,40}-)?(?:api-?key|token|passw(?:or)?d|secret|access-key)(?:=|[ \t]+(?!-))/g,
    min: 1,
  },
  // Of a link, as notebook servers print it; in running text a token is mostly a word of a model.
  { name: /[?&]token=/g, min: 16 },
];

/** The scheme before the secret of a header: it stays readable. */
const SCHEME = /(?:bearer|basic|token|digest|apikey)[ \t]+/iy;

const QUOTE = /\\*["']/y;
const QUOTE_OR_LINE_END = /\\*["']|\n/g;

/** Part of a value without quotes, up to a backslash that may belong to a quote. */
const BARE = /\\*[^\s"',;}\\]+/y;

/** What code says of a value's type or source is no secret. */
const NO_SECRET =
  /(?:string|str|number|boolean|bool|bytes|undefined|null|none|true|false|any|unknown|optional)(?![\w-])|(?:process\.env|os\.environ|os\.getenv|deno\.env)\b/iy;

/** Takes out the values that stand behind a name. */
export function redactAssignments(text: string): string {
  return ASSIGNMENTS.reduce(redactNamed, text);
}

function redactNamed(text: string, { name, min }: Assignment): string {
  let clean = "";
  let kept = 0;
  name.lastIndex = 0;
  while (name.exec(text) !== null) {
    const value = valueAt(text, name.lastIndex, min);
    if (value === undefined) continue;
    clean += text.slice(kept, value.from) + REDACTED;
    kept = name.lastIndex = value.to;
  }
  return kept === 0 ? text : clean + text.slice(kept);
}

/** Where the value that begins here lies, without its quotes and scheme. */
function valueAt(text: string, at: number, min: number): { from: number; to: number } | undefined {
  const quote = matchAt(QUOTE, text, at);
  const inside = at + quote.length;
  const from = inside + matchAt(SCHEME, text, inside).length;
  if (quote !== "") return notEmpty(from, closing(text, from, quote), 1);
  if (matchAt(NO_SECRET, text, from) !== "") return undefined;
  return notEmpty(from, bareEnd(text, from), from > inside ? 1 : min);
}

function notEmpty(from: number, to: number, min: number): { from: number; to: number } | undefined {
  return to - from >= min ? { from, to } : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

function bareEnd(text: string, from: number): number {
  let to = from;
  for (let part = matchAt(BARE, text, to); part !== ""; part = matchAt(BARE, text, to)) {
    to += part.length;
  }
  return to;
}

/** Where the same quote stands again; the end of the line where it does not. */
function closing(text: string, from: number, quote: string): number {
  QUOTE_OR_LINE_END.lastIndex = from;
  let found: RegExpExecArray | null;
  while ((found = QUOTE_OR_LINE_END.exec(text)) !== null) {
    if (found[0] === quote || found[0] === "\n") return found.index;
  }
  return text.length;
}

/** Secrets by what they look like, each with what stands in their place. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // Prose has "bearer authentication": a word in lower case is a secret only when it is long.
  [
    /((?<![\w-])(?:[Bb]earer|BEARER)[ \t]+)(?=[\w.~+/=-]{0,200}[0-9_]|[\w.~+/=-]{1,200}[A-Z]|[\w.~+/=-]{16})[\w.~+/=-]{8}[\w.~+/=-]*/g,
    `$1${REDACTED}`,
  ],
  [
    /((?<![\w-])(?:set-)?cookie\\*["']?[ \t]*:[ \t]*\\*["']?[\w-]{1,100}=)[^"'\n]+/gi,
    `$1${REDACTED}`,
  ],
  [/\bsk-(?!learn)[\w-]{8}[\w-]*/g, REDACTED],
  [/\b(?:[rs]k_(?:live|test)_\w{10}|gh[pousr]_\w{20}|github_pat_\w{20})\w*/g, REDACTED],
  [/\b(?:hf_[A-Za-z0-9]{20}|gsk_[A-Za-z0-9]{20}|npm_[A-Za-z0-9]{30})\w*/g, REDACTED],
  [/\b(?:glpat-[\w-]{20}|pypi-[\w-]{32}|xox[abeoprs]-[\w-]{10})[\w-]*/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\bAIza[\w-]{35}/g, REDACTED],
  [/(?<![\w-])eyJ[\w-]{8}[\w-]*\.eyJ[\w-]{8}[\w-]*\.[\w-]+/g, REDACTED],
  // A key that was cut has no end line: then what looks like its body goes.
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?:(?!-----BEGIN)[\s\S]){0,16384}?-----END [A-Z ]{0,40}PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]*)/g,
    REDACTED,
  ],
  // The password of a URL.
  [/(:\/\/[^\s:/@"']*:)[^\s/@"']+(?=@)/g, `$1${REDACTED}`],
];

/** Takes out what is a secret by its form alone. */
export function redactShapes(text: string): string {
  return SHAPES.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text);
}

/** A cheap look that most text does not pass, so that the forms are seldom tried. */
export const SUSPICIOUS =
  /authorization|bearer|cookie|api[_-]?key|secret|token|passw|passphrase|private|access_key|access-key|sk-|[rs]k_|gh[pousr]_|github_pat|glpat|hf_|npm_|pypi-|xox|AKIA|ASIA|AIza|eyJ|:\/\/[^\s/@]*:/i;
