import type { ChatRequest, ChatResponse, ToolDefinition } from "../../models/mod.ts";
import type { Turn } from "../events.ts";
import type { AgentMessage } from "../messages.ts";

/** How calls come from a model: by the server's tools, forced by a schema, or found in its words. */
export type ProtocolMode = "native" | "constrained_json" | "recovered_text";

/** What a protocol adds to a request. */
export type TurnRequest = Pick<ChatRequest, "messages" | "tools" | "schema">;

/** What was read from an answer; tokens and time come from elsewhere. */
export type TurnContent = Pick<Turn, "text" | "call" | "broken">;

/** A way to ask a model for a call and to read its answer. Nothing that does not validate is a call. */
export interface Protocol {
  readonly mode: ProtocolMode;
  request(messages: readonly AgentMessage[], tools: readonly ToolDefinition[]): TurnRequest;
  read(response: ChatResponse, tools: readonly ToolDefinition[], newId: () => string): TurnContent;
}
