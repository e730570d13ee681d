import type { ChatMessage } from "../../models/mod.ts";
import type { AgentMessage } from "../messages.ts";
import type { Protocol } from "./protocol.ts";
import { readWords } from "./recover.ts";

/** The server's own tool calls; a call that its parser left in the words is recovered. */
export const nativeProtocol: Protocol = {
  mode: "native",
  request: (messages, tools) => ({ messages: messages.map(message), tools }),
  read(response, tools, newId) {
    const [first] = response.toolCalls;
    if (first === undefined) return readWords(response.content, tools, newId);
    const call = {
      id: first.id || newId(),
      name: first.name,
      argumentsJson: first.arguments,
      recovered: undefined,
    };
    return { text: response.content, call, broken: undefined };
  },
};

function message(one: AgentMessage): ChatMessage {
  switch (one.role) {
    case "system":
    case "user":
      return { role: one.role, content: one.text };
    case "assistant": {
      if (one.call === undefined) return { role: "assistant", content: one.text };
      const { id, name, argumentsJson } = one.call;
      return {
        role: "assistant",
        content: one.text,
        toolCalls: [{ id, name, arguments: argumentsJson }],
      };
    }
    case "tool":
      return { role: "tool", content: one.text, toolCallId: one.callId, toolName: one.name };
  }
}
