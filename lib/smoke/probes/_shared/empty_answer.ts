import type { ChatResponse } from "../../../models/mod.ts";
import { fixFor } from "../../fixes.ts";
import { CHECK_TEMPLATE, MORE_ANSWER_TOKENS } from "../../fixes/generation.ts";
import type { ProbeContext } from "../../probe.ts";

/** Why an answer has no text, and what to do. */
export interface EmptyAnswer {
  readonly diagnosis: string;
  readonly fix: string;
}

/** Tells thoughts that used up the answer from tokens that do not show and from an early end. */
export function explainEmpty(context: ProbeContext, answer: ChatResponse): EmptyAnswer {
  const tokens = answer.usage.completionTokens;
  const { finishReason } = answer;
  const template = fixFor(context, CHECK_TEMPLATE);
  if (answer.thinking.trim() !== "") {
    return {
      diagnosis: `The answer is empty: all ${
        tokens ?? "its"
      } tokens went into thinking (finish "${finishReason}")`,
      fix: fixFor(context, MORE_ANSWER_TOKENS),
    };
  }
  if (finishReason === "length" || (tokens ?? 0) > 1) {
    return {
      diagnosis: `The answer is empty although ${
        tokens ?? "some"
      } tokens were generated (finish "${finishReason}"): the template is wrong, the model writes tokens that do not show`,
      fix: template,
    };
  }
  return {
    diagnosis: `The answer is empty (finish "${finishReason}", ${
      tokens ?? "unknown"
    } tokens): the model ends at once, its template is wrong or missing`,
    fix: template,
  };
}
