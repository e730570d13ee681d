import { OwllmError } from "../../core/mod.ts";
import {
  type ChatResponse,
  type ModelProvider,
  parseToolArguments,
  type ToolCall,
} from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import {
  fail,
  type Measured,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  warn,
} from "../probe.ts";
import { constrainedCall } from "./_shared/constrained_call.ts";
import { jsonOf, objectOf } from "./_shared/json.ts";
import { shown } from "./_shared/text.ts";
import { toolReplies, weatherRequest } from "./_shared/tool_replies.ts";
import { type ToolTrouble, toolTrouble } from "./_shared/tool_trouble.ts";
import { GET_WEATHER } from "./_shared/tools.ts";
import { withCompat } from "./_shared/with_compat.ts";

/** Does a plain need for a tool give one right call? */
export const toolOne: Probe = {
  id: "tool.one",
  group: "D",
  tier: "quick",
  title: "one right call where one tool is needed",
  needs: {},
  run: judgeRoutes,
};

async function judgeRoutes(context: ProbeContext): Promise<ProbeOutcome> {
  if (context.server.kind === "builtin") return judgeBuiltin(context);
  const trouble = await toolTrouble(context);
  // Where owllm's own route gives no call, nobody gains by asking Ollama's /v1 as well.
  if (trouble !== undefined) return tellTrouble(context, trouble);
  return withCompat(context, (provider) => judge(context, provider));
}

/** Says what keeps calls from coming, and whether the agent could force them by a schema instead. */
async function tellTrouble(
  context: ProbeContext,
  { measured, diagnosis, fix }: ToolTrouble,
): Promise<ProbeOutcome> {
  const forced = await forcedCall(context);
  const way = forced["constrained_call"]
    ? "; a call forced by a JSON schema works, owllm uses that"
    : "";
  return fail({ count: 0, ...measured, ...forced }, `${diagnosis}${way}`, fix);
}

/** Whether the agent could call tools by a schema instead. */
async function forcedCall(context: ProbeContext): Promise<Measured> {
  try {
    const { valid, said } = await constrainedCall(context);
    return { constrained_call: valid, constrained_said: said };
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    return { constrained_call: false, constrained_said: error.message };
  }
}

/** Tokens of a call and nothing else. */
const BARE_CALL_TOKENS = 48;

/** The built-in engine has no tool parser: its provider forces the answer into a schema of calls. */
async function judgeBuiltin(context: ProbeContext): Promise<ProbeOutcome> {
  const reply = await context.chat({
    ...await weatherRequest(context),
    toolChoice: "required",
    maxTokens: BARE_CALL_TOKENS,
  });
  if (reply.toolCalls.length > 0) return judgeReplies(context, [reply], false);
  return fail(
    { count: 0, finish: reply.finishReason },
    `A call that is forced by a JSON schema does not come: ${shown(reply.content)}`,
    fixFor(context, BIGGER_MODEL),
  );
}

async function judge(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const trouble = await toolTrouble(context, provider);
  if (trouble !== undefined) {
    return fail({ count: 0, ...trouble.measured }, trouble.diagnosis, trouble.fix);
  }
  const { replies } = await toolReplies(context, provider);
  return judgeReplies(context, replies, provider.kind === "ollama");
}

/** Judges the first call, and how many answers hold one. */
function judgeReplies(
  context: ProbeContext,
  replies: readonly ChatResponse[],
  native: boolean,
): ProbeOutcome {
  const called = replies.filter(({ toolCalls }) => toolCalls.length > 0);
  const [first] = called;
  const [call] = first?.toolCalls ?? [];
  if (first === undefined || call === undefined) throw new TypeError("A reply lost its call");
  const { measured, flaws } = inspect(context, first, call, native);
  const counted = { k: called.length, n: replies.length, ...measured };
  if (called.length < replies.length) {
    flaws.push({
      grave: called.length < replies.length - 1,
      text: `the model called the tool in ${called.length} of ${replies.length} answers`,
      fix: fixFor(context, BIGGER_MODEL),
    });
  }
  const [worst] = flaws.toSorted((a, b) => Number(b.grave) - Number(a.grave));
  if (worst === undefined) return pass(counted);
  const sentence = flaws.map(({ text }) => text).join("; ");
  return (worst.grave ? fail : warn)(
    counted,
    sentence[0]?.toUpperCase() + sentence.slice(1),
    worst.fix,
  );
}

interface Flaw {
  /** An agent cannot work with it. */
  readonly grave: boolean;
  readonly text: string;
  readonly fix: string;
}

/** Each sub-check on its own. `native`: Ollama's API wants an object and has no id or own finish. */
function inspect(context: ProbeContext, reply: ChatResponse, call: ToolCall, native: boolean) {
  const server = fixFor(context, UPGRADE_SERVER);
  const model = fixFor(context, BIGGER_MODEL);
  const flaws: Flaw[] = [];
  const check = (ok: boolean, grave: boolean, text: string, fix: string) => {
    if (!ok) flaws.push({ grave, text, fix });
    return ok;
  };
  const count = reply.toolCalls.length;
  check(count === 1, false, `${count} calls where one is due`, model);
  const name = call.name === GET_WEATHER.name;
  check(name, true, `the call names "${call.name}" and not "${GET_WEATHER.name}"`, model);
  const due = native ? "object" : "string";
  const form = call.argumentsForm;
  const encodedTwice = isEncodedTwice(call.arguments);
  check(
    form === due || encodedTwice,
    form === "other",
    `arguments come as ${form} where the protocol wants ${
      due === "object" ? "an" : "a"
    } ${due}: strict clients fail, owllm reads both`,
    server,
  );
  check(!encodedTwice, true, `arguments are encoded twice: ${call.arguments}`, server);
  const parsed = parseToolArguments(call.arguments, GET_WEATHER.parameters);
  const problem = parsed.ok ? undefined : parsed.error;
  const broken = problem?.startsWith("not JSON") ?? false;
  check(
    parsed.ok || encodedTwice,
    true,
    `arguments ${call.arguments} are wrong: ${problem}`,
    broken ? server : model,
  );
  const id = check(call.id !== "" || native, false, "the call has no id", server);
  const finishes = native ? ["stop", "tool_calls"] : ["tool_calls"];
  check(
    finishes.includes(reply.finishReason),
    reply.finishReason === "length",
    `the finish reason is "${reply.finishReason}" and not "${
      finishes[0]
    }": clients that look at it drop the call`,
    server,
  );
  const measured: Measured = {
    count,
    name: call.name,
    arguments_form: encodedTwice ? "encoded twice" : form,
    arguments_valid: parsed.ok,
    required_present: "city" in objectOf(call.arguments),
    id_present: id && call.id !== "",
    finish: reply.finishReason,
  };
  return { measured, flaws };
}

function isEncodedTwice(text: string): boolean {
  const once = jsonOf(text);
  return typeof once === "string" && typeof jsonOf(once) === "object";
}
