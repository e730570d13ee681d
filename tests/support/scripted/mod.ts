/**
 * A model server that speaks real HTTP on loopback: Ollama's native API, `/v1`, llama.cpp's and
 * others' extras, healthy or with a fault by name.
 * @module
 */
export { startScriptedServer, THINKING_MODEL, TOOL_TEMPLATE } from "./server.ts";
export { cutPrompt } from "./window.ts";
export * from "./types.ts";
