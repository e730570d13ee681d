/** A file system as data, for tests of the policy. */
import type { FileKind, FileProbe } from "../../lib/policy/mod.ts";

/** A file (its text), a directory (`null`) or a link (`-> target`), by absolute path. */
export type FixedFiles = Readonly<Record<string, string | null>>;

const LINK = "-> ";

/** A probe that knows these files and the directories above them, and nothing else. */
export function fixedProbe(files: FixedFiles): FileProbe {
  const directories = new Set<string>(["/"]);
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split("/").slice(1);
    const last = content === null ? parts.length : parts.length - 1;
    for (let depth = 1; depth <= last; depth++) {
      directories.add(`/${parts.slice(0, depth).join("/")}`);
    }
  }
  const realPath = (path: string, hops = 0): string => {
    let done = "";
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    for (const [index, part] of parts.entries()) {
      if (part === "..") {
        done = done.slice(0, Math.max(0, done.lastIndexOf("/")));
        continue;
      }
      const here = `${done}/${part}`;
      const link = files[here];
      if (typeof link === "string" && link.startsWith(LINK) && hops < 40) {
        const target = link.slice(LINK.length);
        const rest = parts.slice(index + 1).join("/");
        return realPath(
          target.startsWith("/") ? `${target}/${rest}` : `${done}/${target}/${rest}`,
          hops + 1,
        );
      }
      done = here;
    }
    return done === "" ? "/" : done;
  };
  const kind = (path: string): FileKind | undefined => {
    const real = realPath(path);
    if (directories.has(real)) return "directory";
    return files[real] === undefined ? undefined : "file";
  };
  return {
    realPath: (path) => realPath(path),
    kind,
    list(path) {
      const real = realPath(path);
      if (!directories.has(real)) return undefined;
      const prefix = real === "/" ? "/" : `${real}/`;
      const names = [...Object.keys(files), ...directories]
        .filter((name) => name.startsWith(prefix) && name !== prefix)
        .map((name) => name.slice(prefix.length).split("/")[0] ?? "");
      return [...new Set(names)].filter((name) => name !== "");
    },
    readText(path, maxBytes) {
      const text = files[realPath(path)];
      return typeof text === "string" && text.length <= maxBytes ? text : undefined;
    },
  };
}
