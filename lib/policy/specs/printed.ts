import type { Call } from "../call.ts";
import { resolvePath } from "../paths.ts";
import { known, type Stream } from "../values.ts";

/** Names of a directory that are followed into the next command. */
const MAX_NAMES = 200;

/**
 * What `ls` prints: names of the directories that it was given. With `-a` that is left unknown: a `.env` may be
 * there by the time it runs.
 */
export function lsOutput(call: Call): Stream {
  const roots = call.options.operands.length === 0 ? ["."] : call.options.operands.map(known);
  const plain = call.options.given.every(({ flag }) => /^-[1dtrSUv]$/.test(flag.name));
  const { files } = call.session.context;
  const names = roots.map((root) => {
    if (root === undefined || call.state.dirs.length !== 1) return undefined;
    // A dot hides a name in a directory, not one that was asked for: `ls .env` prints it.
    return files.list(resolvePath(call.state.dirs[0] ?? "/", root))
      ?.filter((name) => !name.startsWith(".")) ?? [root];
  });
  if (!plain || names.includes(undefined)) return { kind: "unknown" };
  const shown = names.flatMap((list) => list ?? []);
  if (shown.length > MAX_NAMES) return { kind: "unknown" };
  return { kind: "paths", listing: { roots: ["."], names: shown, dash: true, hidden: false } };
}

/** `echo` has no flags that matter; with `-e`, and in some shells without, it makes escapes of its words. */
export function echo(call: Call): Stream {
  const texts: (string | undefined)[] = call.args.map(known);
  if (texts.includes(undefined)) return call.taintedOutput(call.args);
  const flags = texts.findIndex((text) => !/^-[neE]+$/.test(text ?? ""));
  const text = (flags < 0 ? [] : texts.slice(flags)).join(" ");
  if (!text.includes("\\")) return { kind: "text", text: `${text}\n` };
  const escaped = texts.slice(0, Math.max(0, flags)).some((flag) => flag?.includes("e"));
  return escaped ? textOf(unescape(text, "0[0-7]{1,3}")) : { kind: "unknown" };
}

function textOf(text: string | undefined): Stream {
  return text === undefined ? { kind: "unknown" } : { kind: "text", text: `${text}\n` };
}

/** `printf` with known words; formats other than `%s`, `%d` and `%b` are left unknown. */
export function printf(call: Call): Stream {
  const operands = call.options.operands;
  const texts: (string | undefined)[] = operands.map(known);
  const [format, ...rest] = texts;
  if (format === undefined || texts.includes(undefined)) return call.taintedOutput(operands);
  const pattern = unescape(format, "[0-7]{1,3}");
  const holes = format.match(/%[^%]/g) ?? [];
  if (pattern === undefined || !holes.every((hole) => /^%[sbd]$/.test(hole))) {
    return { kind: "unknown" };
  }
  let printed = "";
  let at = 0;
  let odd = false;
  do {
    printed += pattern.replaceAll(/%[sbd%]/g, (hole) => {
      if (hole === "%%") return "%";
      const word = rest[at++] ?? "";
      const text = hole === "%b" ? unescape(word, "0[0-7]{1,3}") : word;
      odd ||= text === undefined;
      return text ?? "";
    });
  } while (holes.length > 0 && at < rest.length);
  return odd ? { kind: "unknown" } : { kind: "text", text: printed };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };

/** A text with its escapes worked out; undefined when one of them differs between shells. */
function unescape(text: string, octal: string): string | undefined {
  let odd = false;
  const escapes = new RegExp(
    String.raw`\\(?:x([0-9a-fA-F]{1,2})|(${octal})|u([0-9a-fA-F]{1,4})|([\s\S])|$)`,
    "g",
  );
  const plain = text.replaceAll(escapes, (_, hex, digits, unicode, char) => {
    if (hex ?? unicode) return String.fromCharCode(parseInt(hex ?? unicode, 16));
    if (digits) return String.fromCharCode(parseInt(digits, 8));
    odd ||= ESCAPES[char] === undefined;
    return ESCAPES[char] ?? "";
  });
  return odd ? undefined : plain;
}

/** A decoder: what comes out of it is not readable in the command. */
export function decodes(...flags: string[]): (call: Call) => Stream {
  return (call) => {
    if (call.stdin.kind === "unknown" && call.stdin.taint !== undefined) return call.stdin;
    if (call.given(...flags).length === 0) return { kind: "unknown" };
    if (call.name === "base64" && call.stdin.kind === "text") {
      const decoded = fromBase64(call.stdin.text);
      if (decoded !== undefined) return { kind: "text", text: decoded };
    }
    return { kind: "unknown", taint: "decoded" };
  };
}

function fromBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // Not base64, or not text: nothing is known of it.
  }
}
/** The last name of a path, or what is before it. */
export function plainBase(call: Call): Stream {
  const text = known(call.options.operands[0] ?? call.word("")) ?? "";
  const cut = text.replace(/\/+$/, "").lastIndexOf("/");
  const printed = call.name === "basename"
    ? text.slice(cut + 1)
    : cut < 0
    ? "."
    : text.slice(0, cut) || "/";
  return call.options.given.length === 0 && call.options.operands.length === 1
    ? { kind: "text", text: `${printed}\n` }
    : { kind: "unknown" };
}
