import { OwllmError } from "../../../core/mod.ts";
import {
  type ModelProvider,
  recoverToolCall,
  TEXT_CALL_FORMS,
  type TextToolCall,
} from "../../../models/mod.ts";
import { fixFor } from "../../fixes.ts";
import { BETTER_TEMPLATE, BIGGER_MODEL } from "../../fixes/model.ts";
import { UPGRADE_SERVER } from "../../fixes/server.ts";
import { PARSE_TOOL_CALLS, TAKE_TOOLS } from "../../fixes/tools.ts";
import { fail, type Measured, type ProbeContext, type ProbeOutcome, skip } from "../../probe.ts";
import { oncePerRun } from "./once_per_run.ts";
import { shown } from "./text.ts";
import { toolReplies, weatherRequest } from "./tool_replies.ts";
import { GET_WEATHER } from "./tools.ts";

/**
 * Why there is no call where one is due: the server `refused` tools, the call came as `text`, the
 * template `dropped` the tools, the list was `empty` although the finish says calls, or the model
 * saw the tools and stayed `silent`.
 */
export interface ToolTrouble {
  readonly kind: "refused" | "text" | "dropped" | "empty" | "silent";
  readonly measured: Measured;
  readonly diagnosis: string;
  readonly fix: string;
}

/** A tool of this size adds far more prompt tokens than this. */
const LEAST_GROWTH = 10;

/** What keeps calls from coming back on this route; undefined when one came. */
export const toolTrouble = oncePerRun(lookForTrouble);

/** For a probe that judges what calls say: its outcome when the model makes none at all. */
export function withoutCalls(context: ProbeContext): Promise<ProbeOutcome | undefined> {
  return unlessClear(context, async () => {
    const trouble = await toolTrouble(context);
    return trouble?.measured["recoverable"] === true ? undefined : trouble;
  });
}

/** For a probe that judges the server's own calls: its outcome when the server gives none. */
export function withoutNativeCalls(
  context: ProbeContext,
  provider?: ModelProvider,
): Promise<ProbeOutcome | undefined> {
  return unlessClear(context, () => toolTrouble(context, provider));
}

/** For a probe that needs no call but a server that takes tools. */
export function withoutTools(context: ProbeContext): Promise<ProbeOutcome | undefined> {
  return unlessClear(context, async () => {
    const { refusal } = await toolReplies(context);
    return refusal === undefined ? undefined : await toolTrouble(context);
  });
}

/** The cause is told once: by `tool.one` when it ran, else by the probe that is stopped by it. */
async function unlessClear(
  context: ProbeContext,
  look: () => Promise<ToolTrouble | undefined>,
): Promise<ProbeOutcome | undefined> {
  const told = context.earlier("tool.one") !== undefined;
  try {
    const trouble = await look();
    if (trouble === undefined) return undefined;
    return told
      ? skip(`Not judged: ${WHY[trouble.kind]} (tool.one)`)
      : fail(trouble.measured, trouble.diagnosis, trouble.fix);
  } catch (error) {
    if (!told || !(error instanceof OwllmError)) throw error;
    return skip(`Not judged: ${error.message} (tool.one)`);
  }
}

const WHY: Readonly<Record<ToolTrouble["kind"], string>> = {
  refused: "the server refuses tools",
  text: "calls come back as text",
  dropped: "tools never reach the model",
  empty: "the list of calls is empty",
  silent: "the model makes no call",
};

async function lookForTrouble(
  context: ProbeContext,
  provider: ModelProvider,
): Promise<ToolTrouble | undefined> {
  const { replies, refusal } = await toolReplies(context, provider);
  if (refusal !== undefined) {
    return {
      kind: "refused",
      measured: { refused: true, http_status: refusal.context["status"] ?? null },
      diagnosis: `The server refuses tools: ${refusal.message}`,
      fix: fixFor(context, TAKE_TOOLS),
    };
  }
  if (replies.some(({ toolCalls }) => toolCalls.length > 0)) return undefined;
  const texts = replies.flatMap(({ content }) => recoverToolCall(content, [GET_WEATHER]) ?? []);
  const text = texts.find(({ problem }) => problem === undefined) ?? texts[0];
  if (text !== undefined) return asText(context, text);
  if (replies.some(({ finishReason }) => finishReason === "tool_calls")) {
    return {
      kind: "empty",
      measured: {},
      diagnosis: 'The finish reason says "tool_calls" and the list of calls is empty',
      fix: fixFor(context, UPGRADE_SERVER),
    };
  }
  return await droppedOrSilent(context, provider);
}

function asText(context: ProbeContext, call: TextToolCall): ToolTrouble {
  const { form, afterThink, problem } = call;
  const where = `${TEXT_CALL_FORMS[form]}${afterThink ? " after </think>" : ""}`;
  const rescue = problem === undefined
    ? "owllm rescues such a call"
    : `it cannot be rescued either: ${problem}`;
  return {
    kind: "text",
    measured: {
      text_form: form,
      after_think: afterThink,
      recoverable: problem === undefined,
      text_call: `${call.name}(${call.arguments})`.slice(0, 120),
    },
    diagnosis:
      `The call came back as text (${where}) and not in tool_calls: the server's parser does not know this form; ${rescue}`,
    fix: fixFor(context, PARSE_TOOL_CALLS, { form }),
  };
}

/** The count of prompt tokens tells whether the tools were in the prompt at all. */
async function droppedOrSilent(
  context: ProbeContext,
  provider: ModelProvider,
): Promise<ToolTrouble> {
  const { replies } = await toolReplies(context, provider);
  const { tools: _, ...bare } = await weatherRequest(context);
  const without = await context.chat({ ...bare, maxTokens: 1 }, provider);
  const [first] = replies;
  const before = without.usage.promptTokens;
  const after = first?.usage.promptTokens;
  const growth = before === undefined || after === undefined ? undefined : after - before;
  const measured = {
    prompt_tokens_with_tools: after ?? null,
    prompt_tokens_without_tools: before ?? null,
    tools_reach_model: growth === undefined ? null : growth >= LEAST_GROWTH,
  };
  if (growth !== undefined && growth < LEAST_GROWTH) {
    return {
      kind: "dropped",
      measured,
      diagnosis:
        `The template drops the tools: the prompt has ${after} tokens with a tool and ${before} without, so the definitions never reach the model`,
      fix: fixFor(context, BETTER_TEMPLATE),
    };
  }
  const saw = growth === undefined
    ? "the server does not count tokens, so whether the tools reached the model is unknown"
    : `the tools did reach it (+${growth} tokens): a property of the model`;
  const said = first?.content.trim() || first?.thinking.trim() || "";
  const cut = first?.finishReason === "length" ? ", cut at its token limit" : "";
  return {
    kind: "silent",
    measured,
    diagnosis: `The model answers ${shown(said, 50)}${cut} where a call is due; ${saw}`,
    fix: fixFor(context, BIGGER_MODEL),
  };
}
