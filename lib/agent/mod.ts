/**
 * The agent: asks a model for one call at a time, runs it by the tools, shows it the result, until
 * the model answers or a limit says stop. It knows no tool, no server and no terminal.
 * @module
 */
export type * from "./events.ts";
export { type AgentLimits, type AgentOptions, type CallRunner, runAgent } from "./loop.ts";
export type { AgentMessage } from "./messages.ts";
export { systemPrompt } from "./prompt.ts";
export { constrainedProtocol } from "./protocol/constrained.ts";
export { nativeProtocol } from "./protocol/native.ts";
export type { Protocol, ProtocolMode } from "./protocol/protocol.ts";
export { wordsProtocol } from "./protocol/words.ts";
export { type Repeat, type RepeatKind, RepeatWatch } from "./repeats.ts";
