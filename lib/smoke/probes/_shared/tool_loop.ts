import type { ChatMessage, ChatResponse, ToolDefinition } from "../../../models/mod.ts";
import type { ProbeContext } from "../../probe.ts";
import { withoutThinking } from "../../thinking.ts";
import { callsMade, type MadeCall } from "./made_calls.ts";
import { CALL_TOKENS, calledBefore } from "./tools.ts";

/** A small agent with invented tools. */
export interface ToolLoop {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
  /** What a call gives; undefined ends the loop, because all is known. */
  execute(call: MadeCall): string | undefined;
  /** Most answers that are asked for. */
  readonly maxSteps: number;
}

/** How a {@linkcode ToolLoop} went. */
export interface LoopEnd {
  readonly calls: readonly MadeCall[];
  /** The words of the last answer; empty when it was a call. */
  readonly answer: string;
  readonly last: ChatResponse | undefined;
}

/** Asks, executes the first call of each answer, and asks again, until words or the step limit. */
export async function runToolLoop(context: ProbeContext, loop: ToolLoop): Promise<LoopEnd> {
  const messages = [...loop.messages];
  const calls: MadeCall[] = [];
  let last: ChatResponse | undefined;
  for (let step = 0; step < loop.maxSteps; step++) {
    last = await context.chat(
      await withoutThinking(context, { messages, tools: loop.tools, maxTokens: CALL_TOKENS }),
    );
    const [call] = callsMade(last, loop.tools);
    if (call === undefined) return { calls, answer: last.content, last };
    calls.push(call);
    const result = loop.execute(call);
    if (result === undefined) return { calls, answer: "", last };
    messages.push(...calledBefore(call, result));
  }
  return { calls, answer: "", last };
}
