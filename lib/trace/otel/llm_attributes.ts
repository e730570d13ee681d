import type {
  CAISEvent,
  Json,
  JsonObject,
  LlmMessage,
  MessagePart,
  ToolCallRecord,
} from "../events.ts";
import { textOf } from "../store/words.ts";
import { AttributeSet } from "./attributes.ts";
import { LISTS } from "./names.ts";

/**
 * The attributes of a request to a model. An event with several requests (a retry, a first thought
 * and then a call) shows what the first was asked and the last answered; its counts are of all.
 */
export function llmAttributes(event: CAISEvent): AttributeSet {
  const first = event.call_records.at(0);
  const last = event.call_records.at(-1);
  const usage = last?.usage;
  const firstMs = event.metadata["first_token_ms"];
  const set = new AttributeSet()
    .tell("spanKind", isEmbedding(event) ? "EMBEDDING" : "LLM")
    .tell("operation", isEmbedding(event) ? "embeddings" : "chat")
    .tell("provider", event.provider ?? last?.provider)
    .tell("requestModel", event.model_name ?? last?.model_name)
    .tell("responseModel", last?.model_name)
    .tell("responseId", last?.call_id)
    .tell("finishReasons", last?.finish_reason ? [last.finish_reason] : null)
    .tell("inputTokens", event.input_tokens ?? usage?.input_tokens)
    .tell("outputTokens", event.output_tokens ?? usage?.output_tokens)
    .tell("totalTokens", event.total_tokens ?? usage?.total_tokens)
    .tell("cacheReadTokens", usage?.cache_read_tokens)
    .tell("reasoningTokens", usage?.reasoning_tokens)
    .tell("firstChunk", typeof firstMs === "number" ? firstMs / 1000 : null)
    .tell("cost", event.cost_usd);
  if (first === undefined || last === undefined) return set;
  const input = first.input_messages;
  const output = answerOf(last.output_messages, last.output_tool_calls);
  putRequest(set, last.request_params, first.tools ?? []);
  putMessages(set, LISTS.inputMessages, input);
  putMessages(set, LISTS.outputMessages, output);
  set.tellJson("inputMessages", input.map(genAiMessage));
  set.tellJson("outputMessages", output.map(genAiMessage));
  set.tellValue("input", input.map(saidIn).findLast((text) => text !== ""));
  set.tellValue("output", output.map(saidIn).join("\n") || callsAsJson(output));
  return set;
}

/** Whether texts were turned into vectors: there is no answer in words. */
export function isEmbedding(event: CAISEvent): boolean {
  return event.call_records.at(-1)?.api_type === "embeddings";
}

/** A model that only calls tools may have no message: its calls need one to stand in. */
function answerOf(
  messages: readonly LlmMessage[],
  calls: readonly ToolCallRecord[],
): readonly LlmMessage[] {
  if (calls.length === 0) return messages;
  const last = messages.at(-1) ?? { role: "assistant", parts: [] };
  return [...messages.slice(0, -1), { ...last, tool_calls: last.tool_calls ?? calls }];
}

function callsAsJson(messages: readonly LlmMessage[]): Json {
  return messages.flatMap((message) => message.tool_calls ?? []).map((call) => ({ ...call }));
}

function putRequest(set: AttributeSet, params: JsonObject, tools: readonly JsonObject[]): void {
  const number = (...names: string[]) =>
    names.map((name) => params[name]).find((value) => typeof value === "number");
  set.tellJson("invocation", params)
    .tell("temperature", number("temperature"))
    .tell("topP", number("top_p"))
    .tell("maxTokens", number("max_tokens", "max_completion_tokens", "maxTokens", "num_predict"))
    .tell("seed", number("seed"))
    .tellJson("toolDefinitions", tools);
  for (const [i, tool] of tools.entries()) {
    set.put(`${LISTS.tools}.${i}.${LISTS.toolSchema}`, JSON.stringify(tool));
  }
}

function putMessages(set: AttributeSet, list: string, messages: readonly LlmMessage[]): void {
  const { message: names } = LISTS;
  for (const [i, message] of messages.entries()) {
    const put = (name: string, value: string | null | undefined) =>
      set.put(`${list}.${i}.${name}`, value);
    put(names.role, message.role);
    put(names.content, saidIn(message) || null);
    put(names.name, message.name);
    put(names.toolCallId, message.tool_call_id);
    for (const [j, call] of (message.tool_calls ?? []).entries()) {
      const at = `${names.toolCalls}.${j}`;
      put(`${at}.${LISTS.toolCall.id}`, call.call_id);
      put(`${at}.${LISTS.toolCall.name}`, call.name);
      put(`${at}.${LISTS.toolCall.arguments}`, call.arguments_json);
    }
  }
}

/** The text of a message without what the model only thought. */
function saidIn(message: LlmMessage): string {
  return textOf({ ...message, parts: message.parts.filter((part) => !isThought(part)) });
}

function isThought({ type }: MessagePart): boolean {
  return type === "thinking" || type === "reasoning";
}

/** A message in the JSON that `gen_ai.*` specifies. */
function genAiMessage(message: LlmMessage): JsonObject {
  const text = saidIn(message);
  const parts: JsonObject[] = message.parts.filter(isThought)
    .map((part) => ({ type: "reasoning", content: part.text }));
  if (message.role === "tool") {
    parts.push({ type: "tool_call_response", id: message.tool_call_id ?? null, response: text });
  } else if (text !== "") parts.push({ type: "text", content: text });
  for (const call of message.tool_calls ?? []) {
    const { call_id: id, name, arguments_json } = call;
    parts.push({ type: "tool_call", id, name, arguments: parsed(arguments_json) });
  }
  return { role: message.role, parts };
}

/** Arguments as data where they are JSON; a model may have written something else. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
