import { OwllmError } from "../../core/mod.ts";
import type { ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import { SEE_PROFILE } from "../fixes/tools.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  type ProbeRequest,
  skip,
  warn,
} from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { toolTrouble, withoutTools } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS, GET_WEATHER, LIST_FILES } from "./_shared/tools.ts";

type State = "obeyed" | "ignored" | "refused" | "empty" | "never calls";

interface Order {
  readonly name: string;
  readonly choice: NonNullable<ProbeRequest["toolChoice"]>;
  /** What the model would rather do is the opposite of the order. */
  readonly user: string;
  readonly obeyed: (response: ChatResponse) => boolean;
}

const ORDERS: readonly Order[] = [
  {
    name: "required",
    choice: "required",
    user: "Say hello.",
    obeyed: ({ toolCalls }) => toolCalls.length > 0,
  },
  {
    name: "named",
    choice: { name: LIST_FILES.name },
    user: "What is the weather in Oslo right now?",
    obeyed: ({ toolCalls }) =>
      toolCalls.length > 0 && toolCalls.every(({ name }) => name === LIST_FILES.name),
  },
  {
    name: "none",
    choice: "none",
    user: "What is the weather in Oslo right now?",
    obeyed: ({ toolCalls }) => toolCalls.length === 0,
  },
];

/** Is `tool_choice` obeyed? */
export const toolChoice: Probe = {
  id: "tool.choice",
  group: "D",
  tier: "standard",
  title: "tool_choice required, named and none are obeyed",
  needs: { nativeTools: true },
  run: tryOrders,
};

async function tryOrders(context: ProbeContext): Promise<ProbeOutcome> {
  const refused = await withoutTools(context);
  if (refused !== undefined) return refused;
  const trouble = await toolTrouble(context);
  const said: Record<string, State> = {};
  for (const order of ORDERS) {
    const state = await tryOrder(context, order);
    // A model that never calls proves nothing by not calling.
    said[order.name] = trouble !== undefined && order.name === "none" && state === "obeyed"
      ? "never calls"
      : state;
  }
  const states = Object.values(said);
  const k = states.filter((state) => state === "obeyed").length;
  const judged = states.filter((state) => state !== "never calls").length;
  const measured = { ...said, obeyed: `${k}/${judged}` };
  if (k === judged) return pass(measured);
  if (states.includes("empty")) {
    return fail(
      measured,
      'A forced call ends with finish "tool_calls" and an empty list (vllm#53255)',
      fixFor(context, UPGRADE_SERVER),
    );
  }
  const list = Object.entries(said).map(([name, state]) => `${name}: ${state}`).join(", ");
  if (context.server.kind === "ollama") {
    return skip(
      `Ollama has no tool_choice and ignores it (${list}; ollama#8421): owllm forces calls by a JSON schema`,
      measured,
    );
  }
  if (trouble?.kind === "dropped") {
    return warn(
      measured,
      `tool_choice has no effect (${list}), because the template drops the tools`,
      trouble.fix,
    );
  }
  return warn(
    measured,
    `The server does not obey tool_choice (${list}): owllm forces calls by a JSON schema`,
    fixFor(context, SEE_PROFILE),
  );
}

async function tryOrder(context: ProbeContext, order: Order): Promise<State> {
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content: order.user }],
    tools: [GET_WEATHER, LIST_FILES],
    toolChoice: order.choice,
    maxTokens: CALL_TOKENS,
  });
  try {
    const response = await context.chat(request);
    if (response.toolCalls.length === 0 && response.finishReason === "tool_calls") return "empty";
    return order.obeyed(response) ? "obeyed" : "ignored";
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    return "refused";
  }
}
