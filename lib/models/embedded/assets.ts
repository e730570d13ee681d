/** The engine's two files beside the weights. */
export interface EngineAssets {
  /** URL of the worker's module. */
  readonly worker: URL;
  /** Absolute path of llama.cpp as WASM. */
  readonly wasmPath: string;
}

/**
 * Where the engine's files are: in a checkout the worker's source and the npm package's WASM, in the
 * built program `engine_worker.js` and `wllama.wasm` beside the bundle.
 */
export function embeddedAssets(): EngineAssets {
  const built = !import.meta.url.endsWith(".ts");
  const worker = new URL(built ? "./engine_worker.js" : "./worker.ts", import.meta.url);
  const wasm = built
    ? new URL("./wllama.wasm", import.meta.url)
    : new URL(import.meta.resolve("@wllama/wllama/esm/wasm/wllama.wasm"));
  return { worker, wasmPath: decodeURIComponent(wasm.pathname) };
}
