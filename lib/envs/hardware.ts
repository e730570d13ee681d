import { statfs } from "node:fs/promises";
import { OwllmError } from "../core/mod.ts";

/** Memory of the machine, in bytes. */
export interface Memory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

/**
 * Memory from `/proc/meminfo` (Linux), else from the runtime.
 *
 * @returns `undefined` where neither may be asked.
 */
export async function readMemory(): Promise<Memory | undefined> {
  try {
    const text = await Deno.readTextFile("/proc/meminfo");
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]);
    return { totalBytes: kib("MemTotal") * 1024, availableBytes: kib("MemAvailable") * 1024 };
  } catch {
    try {
      const { total, available } = Deno.systemMemoryInfo();
      return { totalBytes: total, availableBytes: available };
    } catch {
      return undefined; // Neither file nor grant: the caller says "unknown".
    }
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
      const parent = path.replace(/\/[^/]*$/, "") || "/";
      if (path === "/" || !isMissing(error)) {
        throw new OwllmError({
          code: "denied",
          message: `Cannot look at the disk of "${directory}"`,
          context: { directory },
          cause: error,
        });
      }
      path = parent;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    (error instanceof Error && "code" in error && error.code === "ENOENT");
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
