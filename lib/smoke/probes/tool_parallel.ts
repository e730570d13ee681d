import type { ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { SEE_PROFILE, STREAM_TOOL_CALLS } from "../fixes/tools.ts";
import { fail, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { objectOf } from "./_shared/json.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { withoutNativeCalls } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS, GET_WEATHER } from "./_shared/tools.ts";

const PAIRS = [["Oslo", "Rome"], ["Paris", "Cairo"], ["Lima", "Tokyo"]] as const;

/** Do two needs give two calls that can be told apart? */
export const toolParallel: Probe = {
  id: "tool.parallel",
  group: "D",
  tier: "quick",
  title: "two calls at once, told apart by id and index",
  needs: { nativeTools: true },
  run: twoAtOnce,
};

async function twoAtOnce(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutNativeCalls(context);
  if (missing !== undefined) return missing;
  const answers: Answer[] = [];
  for (const [i, pair] of PAIRS.entries()) {
    // The first answer comes plain, the others streamed: servers mix calls up only in streams.
    answers.push(await askFor(context, pair, i > 0));
  }
  const n = answers.length;
  const k = answers.filter(({ both }) => both).length;
  const measured = {
    parallel: k === n,
    calls: answers.map(({ calls }) => calls).join(", "),
    mixed_up: answers.filter(({ mixedUp }) => mixedUp !== undefined).length,
  };
  const mixedUp = answers.find((answer) => answer.mixedUp !== undefined)?.mixedUp;
  if (mixedUp !== undefined) {
    return (mixedUp.grave ? fail : warn)(
      { k, n, passed_of: `${k}/${n}`, ...measured },
      mixedUp.text,
      fixFor(context, STREAM_TOOL_CALLS),
    );
  }
  if (answers.every(({ calls }) => calls <= 1)) {
    return skip(
      "The model makes one call at a time, which is its property: owllm asks for one call per step",
      { k, n, passed_of: `${k}/${n}`, ...measured },
    );
  }
  return kOfN(k, n, measured, {
    diagnosis:
      `${k} of ${n} answers hold both calls (${measured.calls} calls came): owllm asks for one call per step`,
    fix: fixFor(context, SEE_PROFILE),
  });
}

interface Answer {
  readonly calls: number;
  /** Both cities were asked for. */
  readonly both: boolean;
  readonly mixedUp: { readonly text: string; readonly grave: boolean } | undefined;
}

async function askFor(
  context: ProbeContext,
  cities: readonly [string, string],
  streamed: boolean,
): Promise<Answer> {
  const request = await withoutThinking(context, {
    messages: [{
      role: "user",
      content: `What is the weather in ${cities[0]} and ${cities[1]} right now? Check both.`,
    }],
    tools: [GET_WEATHER],
    maxTokens: 2 * CALL_TOKENS,
  });
  const response = streamed
    ? (await context.stream(request)).response
    : await context.chat(request);
  const { toolCalls } = response;
  const asked = toolCalls.map((call) => String(objectOf(call.arguments)["city"] ?? ""));
  return {
    calls: toolCalls.length,
    both: cities.every((city) => asked.some((one) => one.includes(city))),
    mixedUp: mixedUp(response, streamed),
  };
}

/** Calls whose pieces were joined wrongly, or that have nothing to tell them apart. */
function mixedUp({ toolCalls }: ChatResponse, streamed: boolean): Answer["mixedUp"] {
  const broken = toolCalls.find((call) => /\}\s*\{/.test(call.arguments));
  if (broken !== undefined) {
    return {
      grave: true,
      text: `Two calls are merged into one: ${
        broken.arguments.slice(0, 80)
      } (the stream gives both the same index or none)`,
    };
  }
  if (toolCalls.length < 2) return undefined;
  const ids = toolCalls.map(({ id }) => id).filter((id) => id !== "");
  if (new Set(ids).size < ids.length) {
    return { grave: true, text: `Two calls have the same id "${ids[0]}"` };
  }
  const indexes = toolCalls.map(({ index }) => index);
  if (streamed && indexes.some((index) => index === undefined)) {
    return {
      grave: false,
      text:
        "Streamed calls carry no index (ollama#7881): clients merge them, owllm keeps them apart by id and order",
    };
  }
  if (streamed && new Set(indexes).size < indexes.length) {
    return {
      grave: false,
      text: `All ${toolCalls.length} streamed calls have the index ${
        indexes[0]
      } (ollama#15457): clients merge them, owllm keeps them apart by id`,
    };
  }
  return undefined;
}
