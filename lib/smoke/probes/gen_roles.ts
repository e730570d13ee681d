import { OwllmError } from "../../core/mod.ts";
import type { ChatMessage, ModelProvider } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BETTER_TEMPLATE } from "../fixes/model.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withCompat } from "./_shared/with_compat.ts";

const user = (content: string): ChatMessage => ({ role: "user", content });

/** A conversation in which a tool was called; `content` is what the caller wrote beside the call. */
function afterTool(content: ChatMessage["content"]): ChatMessage[] {
  const call = { id: "call_1", name: "get_weather", arguments: '{"city":"Oslo"}' };
  return [
    user("Weather in Oslo?"),
    { role: "assistant", content, toolCalls: [call] },
    { role: "tool", content: "7 degrees", toolCallId: call.id, toolName: call.name },
    user("Thanks!"),
  ];
}

interface Shape {
  readonly name: string;
  /** Without this one an agent cannot work. */
  readonly vital: boolean;
  readonly tools: boolean;
  readonly messages: readonly ChatMessage[];
}

const SHAPES: readonly Shape[] = [
  {
    name: "system_user",
    vital: true,
    tools: false,
    messages: [{ role: "system", content: "Be brief." }, user("Hi!")],
  },
  {
    name: "parts",
    vital: false,
    tools: false,
    messages: [{ role: "user", content: [{ type: "text", text: "Hi!" }] }],
  },
  { name: "tool_content_empty", vital: true, tools: true, messages: afterTool("") },
  { name: "tool_content_null", vital: false, tools: true, messages: afterTool(null) },
  { name: "tool_content_text", vital: false, tools: true, messages: afterTool("I look it up.") },
];

/** Which legal shapes of a conversation does the server take? */
export const genRoles: Probe = {
  id: "gen.roles",
  group: "B",
  tier: "standard",
  title: "legal shapes of a conversation are taken",
  needs: {},
  run: (context) => withCompat(context, (provider) => tryShapes(context, provider)),
};

async function tryShapes(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const measured: Record<string, string> = {};
  const refused: { readonly shape: Shape; readonly why: string }[] = [];
  const shapes = SHAPES.filter(({ tools }) => !tools || context.server.kind !== "builtin");
  for (const shape of shapes) {
    const error = await refusal(context, provider, shape.messages);
    measured[shape.name] = error === undefined
      ? "ok"
      : String(error.context["status"] ?? error.code);
    if (error !== undefined) refused.push({ shape, why: error.message });
  }
  const [first] = refused;
  if (first === undefined) return pass(measured);
  const works = shapes.filter(({ name }) => measured[name] === "ok").map(({ name }) => name);
  const vital = refused.find(({ shape }) => shape.vital);
  const names = refused.map(({ shape }) => shape.name).join(", ");
  return (vital === undefined ? warn : fail)(
    measured,
    `The template or the server refuses ${names} (${(vital ?? first).why}); what works: ${
      works.join(", ") || "nothing"
    }`,
    fixFor(context, BETTER_TEMPLATE),
  );
}

async function refusal(
  context: ProbeContext,
  provider: ModelProvider,
  messages: readonly ChatMessage[],
): Promise<OwllmError | undefined> {
  try {
    await context.chat({ messages, maxTokens: 4 }, provider);
    return undefined;
  } catch (error) {
    if (error instanceof OwllmError && error.code === "model") return error;
    throw error;
  }
}
