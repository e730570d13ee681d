import { createHash } from "node:crypto";
import type { ArgvNode } from "../../policy/mod.ts";
import type { SpawnSpec } from "../../sandbox/mod.ts";

/** A file that a decision rests on, by the SHA-256 of its content; null where it is not there. */
export interface FileHash {
  readonly path: string;
  readonly sha256: string | null;
}

/** A command as it was judged. An approval binds to all of it. */
export interface CommandSubject {
  readonly kind: "command";
  readonly command: string;
  /** What will be run: the same object, frozen. */
  readonly spec: SpawnSpec;
  readonly argv: readonly ArgvNode[];
  readonly imageDigest: string | null;
  /** Scripts and other files of the repository that the command reads or runs. */
  readonly files: readonly FileHash[];
}

/** A change as it was judged. */
export interface PatchSubject {
  readonly kind: "patch";
  readonly patch: string;
  /** The files that it touches, as they are now. */
  readonly files: readonly FileHash[];
}

/** What a person is asked about. */
export type ApprovalSubject = CommandSubject | PatchSubject;

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The hash that an approval binds to: of the subject as JSON with sorted keys. */
export function subjectHash(subject: ApprovalSubject): string {
  return sha256(canonical(subject));
}

/** JSON in which the same data has one spelling only. */
function canonical(value: unknown): string {
  if (value instanceof Uint8Array) return `{"$sha256":"${sha256(value)}"}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${fields.join(",")}}`;
}

/** More of a file than this is not hashed: it is data, and no script or text that a tool edits. */
const MAX_HASHED_BYTES = 64 * 1024 * 1024;

/** The content hash of a file; null where there is no regular file that can be read. */
export async function hashFile(path: string): Promise<string | null> {
  try {
    const { isFile, size, ctime } = await Deno.stat(path);
    if (!isFile) return null;
    if (size > MAX_HASHED_BYTES) {
      // Unlike the time of the last write, nobody can set this one back.
      return `${size}@${ctime?.getTime() ?? 0}`;
    }
    return sha256(await Deno.readFile(path));
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.PermissionDenied
    ) return null;
    throw error;
  }
}

/** Freezes plain data all the way down, so that what was judged cannot become something else. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value; // Bytes cannot be frozen; the hash covers them.
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
