/**
 * The tools for other programs: over HTTP on loopback, and as an MCP server over stdio. Both ask
 * the same toolbox, so both are judged by the same policy.
 * @module
 */
import type { McpOptions } from "./mcp/server.ts";

export { type CallAnswer, type CallDesk, createCallDesk, type ToolCall } from "./call_desk.ts";
export { startToolServer, type ToolServer, type ToolServerOptions } from "./tool_server/server.ts";
export type { McpOptions } from "./mcp/server.ts";

/**
 * Serves the tools of a desk by the Model Context Protocol, whose library is loaded with the first
 * call; see `mcp/server.ts`.
 */
export async function serveMcp(options: McpOptions): Promise<void> {
  await (await import("./mcp/server.ts")).serveMcp(options);
}
