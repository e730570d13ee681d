import { createHash } from "node:crypto";
import { OwllmError } from "../core/mod.ts";
import { hostTarget, TARGETS } from "./targets.ts";

/** Bytes of a launcher that are looked at. */
const HEAD_BYTES = 4096;

/**
 * Checks that every target is built, for this version, with a payload of the checksum that its
 * launcher demands; writes `SHA256SUMS`.
 *
 * @returns a line per file
 * @throws `failed` naming what is missing or wrong
 */
export async function checkRelease(dist: string, version: string): Promise<string[]> {
  const sums: string[] = [];
  for (const { name } of TARGETS) {
    const file = name === hostTarget().name ? "owllm" : `owllm-${name}`;
    const bytes = await readBuilt(`${dist}/${file}`, name);
    const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
    const [, built, hash, skip] = /^version=(\S+) hash=(\S+) skip=(\d+)/m.exec(head) ?? [];
    if (built !== version) {
      throw wrong(file, `is of version ${built ?? "unknown"} and not ${version}`);
    }
    if (!head.includes(` for ${name}:`)) throw wrong(file, `is not for ${name}`);
    const payload = bytes.subarray(Number(skip) - 1);
    if (digest(payload) !== hash) throw wrong(file, "holds a payload of another checksum");
    sums.push(`${digest(bytes)}  ${file}`);
  }
  await Deno.writeTextFile(`${dist}/SHA256SUMS`, `${sums.join("\n")}\n`);
  return sums;
}

async function readBuilt(path: string, target: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new OwllmError({
      code: "failed",
      message: `"${path}" is missing`,
      recoverySuggestion: `deno task build --target ${target}`,
    });
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function wrong(file: string, what: string): OwllmError {
  return new OwllmError({
    code: "failed",
    message: `"dist/${file}" ${what}`,
    recoverySuggestion: "Build it again: deno task build",
  });
}
