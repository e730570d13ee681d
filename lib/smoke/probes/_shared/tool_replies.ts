import { OwllmError } from "../../../core/mod.ts";
import type { ChatResponse, ModelProvider } from "../../../models/mod.ts";
import type { ProbeContext, ProbeRequest } from "../../probe.ts";
import { withoutThinking } from "../../thinking.ts";
import { oncePerRun } from "./once_per_run.ts";
import { CALL_TOKENS, GET_WEATHER } from "./tools.ts";

const CITIES = ["Oslo", "Rome", "Lima"] as const;

/** What came back when a tool was plainly needed. */
export interface ToolReplies {
  /** One answer when it holds a call; else three, so that a rate can be told. */
  readonly replies: readonly ChatResponse[];
  /** The server's own words when it takes no tools; then there are no replies. */
  readonly refusal: OwllmError | undefined;
}

/** Asks for one call, once per run and route: several probes look at the same answers. */
export const toolReplies = oncePerRun(ask);

/** The question whose answer is a call. */
export function weatherRequest(
  context: ProbeContext,
  city: string = CITIES[0],
): Promise<ProbeRequest> {
  return withoutThinking(context, {
    messages: [{ role: "user", content: `What is the weather in ${city} right now?` }],
    tools: [GET_WEATHER],
    maxTokens: CALL_TOKENS,
  });
}

async function ask(context: ProbeContext, provider: ModelProvider): Promise<ToolReplies> {
  const replies: ChatResponse[] = [];
  try {
    for (const city of CITIES) {
      const reply = await context.chat(await weatherRequest(context, city), provider);
      replies.push(reply);
      if (reply.toolCalls.length > 0 && replies.length === 1) break;
    }
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    await demandAnswerWithoutTools(context, provider);
    return { replies: [], refusal: error };
  }
  return { replies, refusal: undefined };
}

/** A server that fails without tools as well does not refuse tools: then its error is thrown. */
async function demandAnswerWithoutTools(
  context: ProbeContext,
  provider: ModelProvider,
): Promise<void> {
  const { tools: _, ...bare } = await weatherRequest(context);
  await context.chat({ ...bare, maxTokens: 1 }, provider);
}
