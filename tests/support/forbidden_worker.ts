/** Tries everything that the engine's worker must not do, and says how each try ended. */
/// <reference lib="deno.worker" />

const tries: Record<string, (path: string, url: string) => unknown> = {
  read: (path) => Deno.readFileSync(path),
  list: () => [...Deno.readDirSync("/")],
  write: (path) => Deno.writeTextFileSync(path, "x"),
  net: (_, url) => fetch(url),
  env: () => Deno.env.get("HOME"),
  run: () => new Deno.Command("/bin/true").outputSync(),
  sys: () => Deno.hostname(),
  ffi: () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
  import: (_, url) => import(`${url}/x.js`),
};

/** What the test hands over. */
interface Attempts {
  readonly allowed: readonly string[];
  readonly forbidden: string;
  /** A server that listens. */
  readonly url: string;
}

self.onmessage = async ({ data }: MessageEvent<Attempts>) => {
  const outcomes: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt(data.forbidden, data.url);
      outcomes[name] = "allowed";
    } catch (error) {
      outcomes[name] = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }
  for (const path of data.allowed) {
    using file = await Deno.open(path);
    outcomes[path] = `${await file.read(new Uint8Array(4))} bytes`;
  }
  self.postMessage(outcomes);
  self.close();
};
