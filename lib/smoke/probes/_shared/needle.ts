import type { ProbeContext } from "../../probe.ts";
import { withoutThinking } from "../../thinking.ts";
import { filler } from "./filler.ts";

/** What must be recalled from the first line of a prompt. */
const NEEDLE = "QX-7431";

/** One answer to a prompt with the needle in its first line. */
export interface NeedleAnswer {
  readonly recalled: boolean;
  /** Characters of the prompt that was sent. */
  readonly characters: number;
  /** As the server counted them; undefined when it does not. */
  readonly promptTokens: number | undefined;
}

/** Asks for the needle behind about so many tokens of filler. */
export async function askForNeedle(
  context: ProbeContext,
  tokens: number,
  options: {
    readonly truncate?: boolean;
    readonly provider?: ProbeContext["provider"];
  } = {},
): Promise<NeedleAnswer> {
  const text = filler(tokens);
  const content =
    `The secret code is ${NEEDLE}.\n${text}\nWhat is the secret code? Reply with the code only.`;
  const { provider, truncate } = options;
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content }],
    maxTokens: 12,
    truncate,
  });
  const answer = await context.chat(request, provider);
  return {
    recalled: /QX\W?7431/i.test(answer.content),
    characters: content.length,
    promptTokens: answer.usage.promptTokens,
  };
}
