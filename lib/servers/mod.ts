/**
 * The tools for other programs: over HTTP on loopback, and as an MCP server over stdio. Both ask
 * the same toolbox, so both are judged by the same policy.
 * @module
 */
export { type CallAnswer, type CallDesk, createCallDesk, type ToolCall } from "./call_desk.ts";
export { startToolServer, type ToolServer, type ToolServerOptions } from "./tool_server/server.ts";
