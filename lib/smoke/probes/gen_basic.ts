import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import { READ_LOG } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { explainEmpty } from "./_shared/empty_answer.ts";
import { ping } from "./_shared/ping.ts";
import { shown } from "./_shared/text.ts";

/** Does the model answer at all? */
export const genBasic: Probe = {
  id: "gen.basic",
  group: "B",
  tier: "quick",
  title: "a short answer, not empty, ended by the model",
  needs: {},
  fatal: true,
  run: answers,
};

async function answers(context: ProbeContext): Promise<ProbeOutcome> {
  const answer = await context.chat(await ping(context, 16));
  const { content, role, finishReason } = answer;
  const measured = {
    text: shown(content),
    finish: finishReason,
    role,
    completion_tokens: answer.usage.completionTokens ?? null,
    said_pong: /pong/i.test(content),
  };
  if (content.trim() === "") {
    const { diagnosis, fix } = explainEmpty(context, answer);
    return fail(measured, diagnosis, fix);
  }
  if (role !== "assistant") {
    return warn(
      measured,
      `The answer has the role "${role}" and not "assistant": clients that check it drop the answer`,
      fixFor(context, READ_LOG),
    );
  }
  if (finishReason === "length") {
    return warn(
      measured,
      `The model works but does not keep to one word: it was still writing after ${
        answer.usage.completionTokens ?? 16
      } tokens (${shown(content, 40)})`,
      fixFor(context, BIGGER_MODEL),
    );
  }
  if (finishReason !== "stop") {
    return warn(
      measured,
      `The server ended the answer with finish reason "${finishReason}" where "stop" is due`,
      fixFor(context, READ_LOG),
    );
  }
  return pass(measured);
}
