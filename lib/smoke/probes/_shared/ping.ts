import type { ProbeContext, ProbeRequest } from "../../probe.ts";
import { withoutThinking } from "../../thinking.ts";

/** The shortest question; probes of the protocol share it, so that its prefill is paid once. */
export const PING = [{ role: "user", content: "Reply with the single word pong" }] as const;

/** The shortest question as a request. */
export function ping(context: ProbeContext, maxTokens: number): Promise<ProbeRequest> {
  return withoutThinking(context, { messages: PING, maxTokens });
}
