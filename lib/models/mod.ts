/**
 * Models behind one interface: Ollama, llama.cpp, vLLM, LM Studio, any `/v1`, and the built-in
 * engine. Importing this loads no provider: each comes with the first call that needs it.
 * @module
 */
export * from "./create.ts";
export * from "./discover.ts";
export * from "./identify.ts";
export * from "./provider.ts";
export * from "./registry.ts";
export * from "./resolve.ts";
