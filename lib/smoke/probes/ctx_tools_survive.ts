import type { ToolDefinition } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { FIXED_CONTEXT } from "../fixes/context.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, skip } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { filler } from "./_shared/filler.ts";
import { loadedContext } from "./_shared/loaded_context.ts";
import { formatTokens } from "./_shared/text.ts";

const CITY = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const PATH = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };

const TOOLS: readonly ToolDefinition[] = [
  { name: "get_weather", description: "Weather of a city", parameters: CITY },
  { name: "list_files", description: "Files in a directory", parameters: PATH },
  { name: "read_file", description: "Content of a file", parameters: PATH },
];

/** Share of the agent's context that is filled before the question. */
const FILLED = 0.9;

/** Do tool definitions survive a long conversation? */
export const ctxToolsSurvive: Probe = {
  id: "ctx.tools_survive",
  group: "C",
  tier: "standard",
  title: "tools are still called when the context is nearly full",
  needs: {},
  run: survive,
};

async function survive(context: ProbeContext): Promise<ProbeOutcome> {
  const description = await context.describe();
  if (description?.capabilities?.includes("tools") === false) {
    return skip("The server takes no tools for this model");
  }
  const short = await callsWeather(context, 0);
  if (!short.called) return skip("The model makes no such call with a short prompt either");
  const loaded = await loadedContext(context) ?? Number.POSITIVE_INFINITY;
  const budget = Math.min(context.settings.agentContextTokens, loaded);
  // The tools, the question and the answer need room beside the filler.
  const tokens = Math.floor(context.bearable(budget * FILLED - (short.promptTokens ?? 300)));
  const long = await callsWeather(context, tokens);
  const measured = {
    short_prompt_tokens: short.promptTokens ?? null,
    prompt_tokens: long.promptTokens ?? null,
    sent_tokens: tokens,
    called: long.called,
  };
  if (long.called) return pass(measured);
  const lost = long.promptTokens !== undefined && long.promptTokens < tokens / 2;
  return fail(
    measured,
    lost
      ? `The tools fall out of the window: of about ${formatTokens(tokens)} only ${
        formatTokens(long.promptTokens ?? 0)
      } reach the model`
      : `Behind about ${
        formatTokens(tokens)
      } of conversation the model no longer calls the tool that it calls with a short prompt`,
    fixFor(context, FIXED_CONTEXT, { tokens: context.settings.agentContextTokens }),
  );
}

async function callsWeather(
  context: ProbeContext,
  tokens: number,
): Promise<{ called: boolean; promptTokens: number | undefined }> {
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content: `${filler(tokens)}\nWhat is the weather in Oslo?` }],
    tools: TOOLS,
    maxTokens: 64,
  });
  const { toolCalls, usage } = await context.chat(request);
  return {
    called: toolCalls.some(({ name }) => name === "get_weather"),
    promptTokens: usage.promptTokens,
  };
}
