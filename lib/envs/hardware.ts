import { statfs } from "node:fs/promises";
import { OwllmError } from "../core/mod.ts";

/** Memory of the machine, in bytes. */
export interface Memory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

/** Memory as the runtime tells it. @throws `denied` without the grant for it. */
export function readMemory(): Memory {
  try {
    const { total, available } = Deno.systemMemoryInfo();
    return { totalBytes: total, availableBytes: available };
  } catch (error) {
    throw ungranted(error, "systemMemoryInfo");
  }
}

/**
 * Free bytes on the file system of a directory or of its nearest existing parent.
 *
 * @throws `denied` when the directory may not be looked at.
 */
export async function freeDiskBytes(directory: string): Promise<number> {
  let path = directory;
  while (true) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if (path === "/" || !isMissing(error)) throw ungranted(error, "statfs");
      path = path.replace(/\/[^/]*$/, "") || "/";
    }
  }
}

/** What was asked for is behind a grant of the runtime; anything else is a bug and passes. */
function ungranted(error: unknown, grant: string): unknown {
  if (!(error instanceof Deno.errors.NotCapable)) return error;
  return new OwllmError({
    code: "denied",
    message: `unknown (grant: --allow-sys=${grant})`,
    context: { grant },
    cause: error,
  });
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  // ENOTDIR: a file is in the way of a directory that would be made.
  return error instanceof Deno.errors.NotFound || code === "ENOENT" || code === "ENOTDIR";
}

/** A graphics card as `nvidia-smi` lists it. */
export interface Gpu {
  readonly name: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
}

/** Arguments of `nvidia-smi` whose answer {@linkcode parseNvidiaSmi} reads. */
export const NVIDIA_SMI_ARGS: readonly string[] = [
  "--query-gpu=name,memory.total,memory.free",
  "--format=csv,noheader,nounits",
];

/** Cards out of `nvidia-smi`'s CSV; memory there is in MiB. */
export function parseNvidiaSmi(csv: string): Gpu[] {
  return csv.split("\n").flatMap((line) => {
    const [name, total, free] = line.split(",").map((field) => field.trim());
    if (!name || Number.isNaN(Number(total)) || total === undefined) return [];
    const mib = (text: string | undefined) => Number(text ?? 0) * 1024 * 1024;
    return [{ name, memoryBytes: mib(total), freeBytes: mib(free) }];
  });
}
