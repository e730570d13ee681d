/** Where a command's words go. stdout holds the result, stderr everything else. */
export interface Output {
  /** The user asked for one JSON document on stdout. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Styles for text on stdout; they do nothing unless stdout is a terminal that wants colour. */
  readonly style: Style;
  /** The same for text on stderr. */
  readonly progressStyle: Style;
  /** True when stderr is a terminal and progress may be drawn over itself. */
  readonly interactive: boolean;
  /** Width of the terminal in columns; 100 when there is none. */
  readonly columns: number;
  /** A line of the result; nothing under `--json`. */
  print(line?: string): void;
  /** The result as one JSON document; call it once, under `--json` only. */
  printJson(value: unknown): void;
  /** Bytes of the result as they are (a completion script, an exported file). */
  raw(text: string): void;
  /** A remark on stderr; nothing under `--quiet`. */
  note(line: string): void;
  /** A remark on stderr under `--verbose` only. */
  debug(line: string): void;
  /** Text to stderr as it is, for a live display; nothing under `--quiet`. */
  progress(text: string): void;
}

/** Terminal styles; each takes text and returns it wrapped in escapes, or unchanged. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** What {@linkcode createOutput} needs to know. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False for `--no-color`, `NO_COLOR` or `TERM=dumb`. */
  readonly color: boolean;
}

/** Output to this process's stdout and stderr. A closed pipe ends the process quietly. */
export function createOutput(options: OutputOptions): Output {
  const color = options.color && Deno.stdout.isTerminal();
  return {
    ...options,
    style: createStyle(color),
    progressStyle: createStyle(options.color && Deno.stderr.isTerminal()),
    interactive: Deno.stderr.isTerminal() && !options.quiet && !options.json,
    columns: columns(),
    print: (line = "") => options.json || write(Deno.stdout, `${line}\n`),
    printJson: (value) => write(Deno.stdout, `${harmlessJson(value)}\n`),
    raw: (text) => write(Deno.stdout, text),
    note: (line) => options.quiet || write(Deno.stderr, `${line}\n`),
    debug: (line) => !options.verbose || write(Deno.stderr, `${line}\n`),
    progress: (text) => options.quiet || write(Deno.stderr, text),
  };
}

/** JSON escapes the C0 controls itself; what else could do harm on a terminal is escaped too. */
const HARMFUL = /[\x7f-\x9f\p{Bidi_Control}]/gu;

/** A JSON document that may be looked at on a terminal; it reads as the same data. */
export function harmlessJson(value: unknown): string {
  return escapeHarmful(JSON.stringify(value, null, 2));
}

/** JSON text with the same escaped in it; it reads as the same data. */
export function escapeHarmful(json: string): string {
  return json.replaceAll(
    HARMFUL,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Styles with or without escapes. */
export function createStyle(color: boolean): Style {
  const wrap = (open: number, close: number) => (text: string) =>
    color ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    cyan: wrap(36, 39),
  };
}

/** Writes all of the text; when the reader is gone there is nobody to tell, so the process ends. */
export function write(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 100; // Neither stdout nor stderr is a terminal.
  }
}
