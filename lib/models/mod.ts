/**
 * Models behind one interface: Ollama, llama.cpp, vLLM, LM Studio, any `/v1`, and the built-in
 * engine.
 * @module
 */
export * from "./provider.ts";
