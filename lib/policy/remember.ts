import type { FileKind, FileProbe } from "./types.ts";

/** The same probe, asked once for each thing: one judgement sees one state of the files. */
export function remember(probe: FileProbe): FileProbe {
  const paths = new Map<string, string>();
  const kinds = new Map<string, FileKind | undefined>();
  const lists = new Map<string, readonly string[] | undefined>();
  const texts = new Map<string, string | undefined>();
  return {
    realPath: (path) => once(paths, path, () => probe.realPath(path)),
    kind: (path) => once(kinds, path, () => probe.kind(path)),
    list: (path) => once(lists, path, () => probe.list(path)),
    readText: (path, maxBytes) =>
      once(texts, `${maxBytes} ${path}`, () => probe.readText(path, maxBytes)),
  };
}

function once<T>(known: Map<string, T>, key: string, ask: () => T): T {
  if (known.has(key)) return known.get(key) as T;
  const answer = ask();
  known.set(key, answer);
  return answer;
}
