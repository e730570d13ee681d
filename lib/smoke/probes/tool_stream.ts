import type { ModelProvider, StreamEnd, ToolCallDelta } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { STREAM_TOOL_CALLS } from "../fixes/tools.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { jsonOf } from "./_shared/json.ts";
import { toolReplies, weatherRequest } from "./_shared/tool_replies.ts";
import { withoutNativeCalls } from "./_shared/tool_trouble.ts";
import { withCompat } from "./_shared/with_compat.ts";

/** Does a streamed call arrive whole? */
export const toolStream: Probe = {
  id: "tool.stream",
  group: "D",
  tier: "quick",
  title: "a streamed call arrives whole and equals the plain one",
  needs: { nativeTools: true },
  run: (context) => withCompat(context, (provider) => stream(context, provider)),
};

async function stream(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const missing = await withoutNativeCalls(context, provider);
  if (missing !== undefined) return missing;
  const end = await context.stream(await weatherRequest(context), { provider });
  const fix = fixFor(context, STREAM_TOOL_CALLS);
  const measured = factsOf(end);
  const [call] = end.response.toolCalls;
  if (call === undefined) {
    return fail(
      measured,
      `The stream loses the call: the plain answer has one, the streamed one has none in ${end.chunks.length} chunks (finish "${end.response.finishReason}")`,
      fix,
    );
  }
  const value = jsonOf(call.arguments);
  if (typeof value !== "object" || value === null) {
    return fail(
      measured,
      `The pieces of the call do not join to a JSON object: ${call.arguments.slice(0, 80)}`,
      fix,
    );
  }
  const { replies } = await toolReplies(context, provider);
  const plain = replies[0]?.toolCalls[0];
  const same = plain === undefined
    ? null
    : JSON.stringify(jsonOf(plain.arguments)) === JSON.stringify(value) && plain.name === call.name;
  const flaws = flawsOf(measured, provider.kind === "ollama");
  if (same === false) {
    flaws.push(`it differs from the plain call: ${call.arguments} and ${plain?.arguments}`);
  }
  const all = { ...measured, equals_plain: same };
  if (flaws.length === 0) return pass(all);
  return warn(
    all,
    `The streamed call is usable, but ${
      flaws.join("; ")
    }: strict clients lose it, owllm joins by index, id and order`,
    fix,
  );
}

function factsOf({ chunks, response, terminated }: StreamEnd) {
  const deltas = chunks.flatMap(({ toolCallDeltas = [] }) => toolCallDeltas);
  const having = (key: keyof ToolCallDelta) => deltas.filter((delta) => delta[key]).length;
  const finishes = chunks.flatMap(({ finishReason }) => finishReason ?? [])
    .filter((reason) => reason !== "none");
  return {
    calls: response.toolCalls.length,
    deltas: deltas.length,
    with_index: deltas.filter(({ index }) => index !== undefined).length,
    with_id: having("id"),
    with_name: having("name"),
    finishes: finishes.length,
    finish: response.finishReason,
    terminated,
  };
}

/** `native`: Ollama's own API sends each call in one piece and closes with "stop". */
function flawsOf(facts: ReturnType<typeof factsOf>, native: boolean): string[] {
  const { calls, deltas, with_index, with_id, with_name, finishes, finish, terminated } = facts;
  const flaws: string[] = [];
  if (with_index < deltas) {
    flaws.push(`${deltas - with_index} of ${deltas} pieces carry no index (ollama#7881)`);
  }
  if (with_name !== calls) flaws.push(`the name comes ${with_name} times for ${calls} call`);
  if (!native && with_id !== calls) flaws.push(`the id comes ${with_id} times for ${calls} call`);
  if (finishes !== 1) flaws.push(`${finishes} finish reasons come where one is due`);
  else if (!native && finish !== "tool_calls") {
    flaws.push(`the finish reason is "${finish}" and not "tool_calls"`);
  }
  if (!terminated) flaws.push("the stream has no end mark");
  return flaws;
}
