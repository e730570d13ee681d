import type { AgentMessage } from "./messages.ts";

/** Characters of a token when the server has not told yet; code is denser than prose. */
const CHARS_PER_TOKEN = 3.2;

/** Above this share of the window older results are shortened. */
const FULL = 0.75;

/** The last messages stay whole: they are what the model works with. */
const KEPT_WHOLE = 6;

/** What is left of an older result. */
const CONDENSED_CHARS = 240;

/** Tokens of a conversation, counted by the last answer's own count where there is one. */
export class TokenCount {
  #charsPerToken = CHARS_PER_TOKEN;

  /** Learns from what the server counted. */
  learn(
    messages: readonly AgentMessage[],
    promptTokens: number | null,
    overheadChars: number,
  ): void {
    if (promptTokens === null || promptTokens < 50) return;
    this.#charsPerToken = Math.max(1, (charsOf(messages) + overheadChars) / promptTokens);
  }

  of(messages: readonly AgentMessage[], overheadChars: number): number {
    return Math.ceil((charsOf(messages) + overheadChars) / this.#charsPerToken);
  }
}

/** Whether a conversation has to be condensed before it is sent. */
export function isFull(tokens: number, window: number | undefined, maxTokens: number): boolean {
  return window !== undefined && tokens + maxTokens > window * FULL;
}

/**
 * Shortens the results of older steps; the task, the last steps and what the model itself said
 * stay. The model can call again for what was cut.
 *
 * @returns the new conversation and how many of its messages were shortened
 */
export function condense(
  messages: readonly AgentMessage[],
): { readonly messages: readonly AgentMessage[]; readonly shortened: number } {
  let shortened = 0;
  const last = messages.length - KEPT_WHOLE;
  const condensed = messages.map((one, index): AgentMessage => {
    if (one.role !== "tool" || index >= last || one.text.length <= CONDENSED_CHARS * 2) return one;
    shortened++;
    const cut = one.text.length - CONDENSED_CHARS;
    return {
      ...one,
      text: `${
        one.text.slice(0, CONDENSED_CHARS)
      }\n[${cut} characters cut; call ${one.name} again to see them]`,
    };
  });
  return { messages: condensed, shortened };
}

function charsOf(messages: readonly AgentMessage[]): number {
  return messages.reduce((sum, one) => {
    const call = one.role === "assistant" ? one.call : undefined;
    return sum + one.text.length + 16 +
      (call === undefined ? 0 : call.argumentsJson.length + call.name.length + 24);
  }, 0);
}
