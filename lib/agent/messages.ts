import type { AgentCall } from "./events.ts";

/** One entry of the conversation, in no server's form: each protocol writes it in its own. */
export type AgentMessage =
  | { readonly role: "system" | "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly call?: AgentCall }
  | {
    readonly role: "tool";
    readonly callId: string;
    readonly name: string;
    /** What the model reads: the tool's text, or its failure as JSON. */
    readonly text: string;
  };
