import { type ArchiveEntry } from "../archive.ts";
import { KEEPER, WORKER } from "../engine/run_args.ts";
import recipe from "../../../sandbox/image.json" with { type: "json" };

/** The packages that an image is made of. */
export const REQUIRED_PACKAGES: readonly string[] = recipe.required;

/** Packages that come along where they are installed. */
export const OPTIONAL_PACKAGES: readonly string[] = recipe.optional;

/** Programs without which a sandbox cannot work. */
export const REQUIRED_PROGRAMS: readonly string[] = recipe.programs;

/** Files that belong to no package: users, mount points, `python`. */
export function madeEntries(): readonly ArchiveEntry[] {
  const mtime = new Date(0);
  const file = (name: string, text: string): ArchiveEntry => ({
    name,
    type: "file",
    mode: 0o644,
    mtime,
    body: new TextEncoder().encode(text),
  });
  const directory = (name: string, mode: number): ArchiveEntry => ({
    name,
    type: "directory",
    mode,
    mtime,
  });
  const users = [
    "root:x:0:0:root:/root:/bin/bash",
    `keeper:x:${KEEPER}:${KEEPER}:keeper:/owllm:/bin/false`,
    `sandbox:x:${WORKER}:${WORKER}:sandbox:/tmp:/bin/bash`,
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false",
  ];
  const groups = ["root:x:0:", `keeper:x:${KEEPER}:`, `sandbox:x:${WORKER}:`, "nogroup:x:65534:"];
  return [
    directory("tmp", 0o1777),
    directory("root", 0o755),
    directory("usr/local/bin", 0o755),
    file("etc/passwd", `${users.join("\n")}\n`),
    file("etc/group", `${groups.join("\n")}\n`),
    file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    file("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    { name: "usr/local/bin/python", type: "symlink", target: "/usr/bin/python3", mtime },
  ];
}
