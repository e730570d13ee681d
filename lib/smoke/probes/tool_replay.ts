import { OwllmError } from "../../core/mod.ts";
import type { ChatMessage, ModelProvider } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BETTER_TEMPLATE } from "../fixes/model.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { objectOf } from "./_shared/json.ts";
import { toolReplies, weatherRequest } from "./_shared/tool_replies.ts";
import { withoutNativeCalls } from "./_shared/tool_trouble.ts";
import { calledBefore, GET_WEATHER } from "./_shared/tools.ts";
import { withCompat } from "./_shared/with_compat.ts";

/** A way to write down the turn in which the model called. */
interface Shape {
  readonly name: string;
  readonly content: string | null;
  readonly form: "string" | "object";
}

/** What `/v1` documents, the shape that owllm sends first. */
const V1_SHAPES: readonly Shape[] = [
  { name: "string_empty", content: "", form: "string" },
  { name: "string_null", content: null, form: "string" },
];

/** Ollama's own API wants an object. */
const NATIVE_SHAPES: readonly Shape[] = [
  { name: "object_empty", content: "", form: "object" },
  { name: "object_null", content: null, form: "object" },
];

/** Does the server take back the turns that it gave itself? */
export const toolReplay: Probe = {
  id: "tool.replay",
  group: "D",
  tier: "standard",
  title: "recorded calls and results are taken back",
  needs: { nativeTools: true },
  run: (context) => withCompat(context, (provider) => replay(context, provider)),
};

async function replay(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const missing = await withoutNativeCalls(context, provider);
  if (missing !== undefined) return missing;
  const native = provider.kind === "ollama";
  const [due, other] = native ? [NATIVE_SHAPES, V1_SHAPES] : [V1_SHAPES, NATIVE_SHAPES];
  const said: Record<string, string> = {};
  for (const shape of [...due, ...other]) {
    said[shape.name] = await sendBack(context, provider, shape);
  }
  const refused = due.filter(({ name }) => said[name] !== "ok");
  if (refused.length === 0) return pass(said);
  const works = Object.keys(said).filter((name) => said[name] === "ok");
  const [first] = refused;
  return (said[due[0]?.name ?? ""] === "ok" ? warn : fail)(
    said,
    `The server refuses its own recorded call as ${refused.map(({ name }) => name).join(", ")} (${
      said[first?.name ?? ""]
    }); accepted: ${works.join(", ") || "nothing"}`,
    fixFor(context, BETTER_TEMPLATE),
  );
}

/** "ok", or the status and the words of the refusal. */
async function sendBack(
  context: ProbeContext,
  provider: ModelProvider,
  shape: Shape,
): Promise<string> {
  const { replies } = await toolReplies(context, provider);
  const call = replies.flatMap(({ toolCalls }) => toolCalls)[0];
  if (call === undefined) throw new TypeError("A reply lost its call");
  const { messages, ...request } = await weatherRequest(context);
  const history = [...messages, ...calledBefore(call, "7C, light rain")];
  try {
    await context.chat({
      ...request,
      messages: history,
      maxTokens: 4,
      extra: { messages: history.map((message) => written(message, shape, provider)) },
    }, provider);
    return "ok";
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    return error.message;
  }
}

/** The message as it goes over the wire. */
function written(message: ChatMessage, shape: Shape, provider: ModelProvider) {
  const { role, content, toolCalls, toolCallId } = message;
  if (role === "tool") {
    return provider.kind === "ollama"
      ? { role, content, tool_name: GET_WEATHER.name, tool_call_id: toolCallId }
      : { role, content, tool_call_id: toolCallId };
  }
  if (toolCalls === undefined) return { role, content };
  return {
    role,
    content: shape.content,
    tool_calls: toolCalls.map(({ id, name, arguments: text }) => ({
      id,
      type: "function",
      function: { name, arguments: shape.form === "string" ? text : objectOf(text) },
    })),
  };
}
