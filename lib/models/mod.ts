/**
 * Models behind one interface: Ollama, llama.cpp, vLLM, LM Studio, any `/v1`, and the built-in
 * engine. Importing this loads no provider: each comes with the first call that needs it.
 * @module
 */
export * from "./create.ts";
export * from "./discover.ts";
export { embeddedAssets } from "./embedded/assets.ts";
export * from "./identify.ts";
export * from "./ollama/blob.ts";
export * from "./ollama/derive.ts";
export * from "./provider.ts";
export * from "./recover_tool_call.ts";
export { type GgufHeader, MAX_GGUF_BYTES, readEngineWeights, readGgufHeader } from "./gguf.ts";
export { pullDefaultWeights, type PulledWeights, type PullOptions } from "./pull.ts";
export * from "./registry.ts";
export * from "./resolve.ts";
export * from "./weights.ts";
export { TEXT_CALL_FORMS, type TextCallForm } from "./text_calls.ts";
export * from "./tool_arguments.ts";
export { traceProvider, type TraceProviderOptions } from "./traced.ts";
