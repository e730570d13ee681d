import type { Call } from "../call.ts";
import { known, type Stream } from "../values.ts";

/** What `ls` prints: names of the directories that it was given. */
export function lsOutput(call: Call): Stream {
  const roots = call.options.operands.map(known);
  if (roots.some((root) => root === undefined)) return { kind: "unknown" };
  const hidden = call.given("-a", "-A", "--all", "--almost-all").length > 0;
  return {
    kind: "paths",
    listing: {
      roots: roots.length === 0 ? ["."] : roots as string[],
      names: undefined,
      dash: true,
      hidden,
    },
  };
}

/** `echo` has no flags that matter; `-e` makes escapes of its words. */
export function echo(call: Call): Stream {
  const texts: (string | undefined)[] = call.args.map(known);
  if (texts.includes(undefined)) return call.taintedOutput(call.args);
  const flags = texts.findIndex((text) => !/^-[neE]+$/.test(text ?? ""));
  const rest = flags < 0 ? [] : texts.slice(flags);
  const text = rest.join(" ");
  const escaped = texts.slice(0, Math.max(0, flags)).some((flag) => flag?.includes("e"));
  return { kind: "text", text: (escaped ? unescape(text) : text) + "\n" };
}

/** `printf` with known words; formats other than `%s` and `%b` are left unknown. */
export function printf(call: Call): Stream {
  const operands = call.options.operands;
  const texts: (string | undefined)[] = operands.map(known);
  const [format, ...rest] = texts;
  if (format === undefined || texts.includes(undefined)) return call.taintedOutput(operands);
  const holes = format.match(/%[^%]/g) ?? [];
  if (holes.some((hole) => hole !== "%s" && hole !== "%b" && hole !== "%d")) {
    return { kind: "unknown" };
  }
  let printed = "";
  let at = 0;
  do {
    printed += unescape(format).replaceAll(
      /%[sbd%]/g,
      (hole) => hole === "%%" ? "%" : hole === "%b" ? unescape(rest[at++] ?? "") : rest[at++] ?? "",
    );
  } while (holes.length > 0 && at < rest.length);
  return { kind: "text", text: printed };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "",
  b: "",
  "\\": "\\",
};

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|u([0-9a-fA-F]{1,4})|(.))/g,
    (_, hex, octal, unicode, char) => {
      if (hex ?? unicode) return String.fromCharCode(parseInt(hex ?? unicode, 16));
      if (octal) return String.fromCharCode(parseInt(octal, 8));
      return ESCAPES[char] ?? char;
    },
  );
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
