import manifest from "../../deno.json" with { type: "json" };
import { ENVIRONMENT } from "../config/mod.ts";
import { HOST_PROGRAMS, SYSTEM_GRANTS } from "../sandbox/mod.ts";
import type { Payload } from "./payload.ts";
import type { Target } from "./targets.ts";

/** The version that a build carries. */
export const VERSION: string = manifest.version;

/** The self-extracting file: the launcher with its numbers, and the payload behind it. */
export function makeExecutable(
  launcher: string,
  payload: Payload,
  target: Target,
): Uint8Array<ArrayBuffer> {
  const total = payload.sizes.reduce((sum, size) => sum + size, 0);
  const counted = payload.files.map((name, i) => `${payload.sizes[i]} ${name}`);
  const values: Readonly<Record<string, string>> = {
    VERSION,
    TARGET: target.name,
    HASH: payload.sha256,
    FILES: payload.files.join(" "),
    // As `wc -c` prints it, spaces folded.
    SIZES: [...counted, `${total} total`].join(" "),
    ENV: ENVIRONMENT.map(({ name }) => name).join(","),
    RUN: HOST_PROGRAMS.map(({ name }) => name).join(","),
    SYS: SYSTEM_GRANTS.map(({ name }) => name).join(","),
  };
  const filled = launcher.replaceAll(/@([A-Z]+)@/g, (whole, name) => values[name] ?? whole);
  const head = new TextEncoder().encode(withSkip(filled));
  const file = new Uint8Array(head.length + payload.archive.length);
  file.set(head);
  file.set(payload.archive, head.length);
  return file;
}

/** Fills in where the payload begins, counted from 1; the number's own digits count too. */
function withSkip(script: string): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  let skip = 0;
  for (let tries = 0; tries < 5; tries++) {
    const filled = script.replace("@SKIP@", String(skip));
    if (bytes(filled) + 1 === skip) return filled;
    skip = bytes(filled) + 1;
  }
  throw new TypeError("The length of the launcher does not settle");
}
