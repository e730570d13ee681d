import type { Part } from "./real_parts.ts";

/** The absolute path of a program on PATH, or why tests that need it are skipped. */
export function findProgram(name: string, reason: string): Part<string> {
  for (const dir of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${dir}/${name}`;
    try {
      if (dir !== "" && Deno.statSync(path).isFile) return { there: true, part: path };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
        throw error;
      }
    }
  }
  return { there: false, reason };
}
