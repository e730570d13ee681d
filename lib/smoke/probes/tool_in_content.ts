import { recoverToolCall, TEXT_CALL_FORMS } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { PARSE_TOOL_CALLS } from "../fixes/tools.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { toolReplies } from "./_shared/tool_replies.ts";
import { toolTrouble, withoutTools } from "./_shared/tool_trouble.ts";
import { GET_WEATHER } from "./_shared/tools.ts";

/** Does a call stand in the words instead of in its field? */
export const toolInContent: Probe = {
  id: "tool.in_content",
  group: "D",
  tier: "quick",
  title: "no call written as text",
  needs: { nativeTools: true },
  run: look,
};

async function look(context: ProbeContext): Promise<ProbeOutcome> {
  const refused = await withoutTools(context);
  if (refused !== undefined) return refused;
  const trouble = await toolTrouble(context);
  if (trouble?.kind === "text") return fail(trouble.measured, trouble.diagnosis, trouble.fix);
  const { replies } = await toolReplies(context);
  const called = replies.filter(({ toolCalls }) => toolCalls.length > 0);
  if (called.length === 0) {
    return skip("No call to look at: the model made none, not even as text (tool.one)");
  }
  const texts = replies.flatMap(({ content }) => recoverToolCall(content, [GET_WEATHER]) ?? []);
  const [text] = texts;
  const measured = { native_calls: called.length, text_calls: texts.length };
  if (text === undefined) return pass(measured);
  return warn(
    { ...measured, text_form: text.form, recoverable: text.problem === undefined },
    `${texts.length} of ${replies.length} answers hold the call in their words (${
      TEXT_CALL_FORMS[text.form]
    }) beside tool_calls: clients show it as text or run it twice; owllm takes tool_calls first`,
    fixFor(context, PARSE_TOOL_CALLS, { form: text.form }),
  );
}
