import type {
  ChatChunk,
  ChatResponse,
  FinishReason,
  ToolCall,
  ToolCallDelta,
  Usage,
  WireFacts,
} from "./provider.ts";

/** Joins the chunks of a stream into the answer they make. */
export function joinChunks(
  chunks: readonly ChatChunk[],
  wire: WireFacts,
  totalMs: number,
  timings: Partial<ChatResponse["timings"]> = {},
): ChatResponse {
  const text = (pick: (chunk: ChatChunk) => string | undefined) => chunks.map(pick).join("");
  const first = chunks.find((chunk) =>
    (chunk.content ?? "") !== "" || (chunk.thinking ?? "") !== "" ||
    (chunk.toolCallDeltas?.length ?? 0) > 0
  );
  return {
    content: text((chunk) => chunk.content),
    thinking: text((chunk) => chunk.thinking),
    toolCalls: joinToolCalls(chunks.flatMap((chunk) => chunk.toolCallDeltas ?? [])),
    finishReason: last(chunks.flatMap((chunk) => chunk.finishReason ?? [])) ?? "none",
    role: chunks.find((chunk) => chunk.role !== undefined)?.role ?? "",
    usage: last(chunks.flatMap((chunk) => chunk.usage ?? [])) ?? {},
    timings: { totalMs, firstTokenMs: first?.atMs, ...timings },
    wire,
  };
}

/**
 * Joins pieces of tool calls by index, else by id. A piece with neither continues the last call,
 * unless it names a function: then it begins a new one. Two ids under one index are two calls
 * (Ollama sent index 0 for every parallel call, ollama#15457), and so are two whole calls under one
 * id: plain answers carry no index.
 */
export function joinToolCalls(deltas: readonly ToolCallDelta[]): ToolCall[] {
  const calls: ToolCall[] = [];
  for (const delta of deltas) {
    const position = callOf(delta, calls);
    const call = calls[position];
    calls[position < 0 ? calls.length : position] = {
      id: call?.id || (delta.id ?? ""),
      name: call?.name || (delta.name ?? ""),
      arguments: (call?.arguments ?? "") + (delta.arguments ?? ""),
      argumentsForm: call?.argumentsForm ?? delta.argumentsForm,
      ...(delta.index === undefined ? {} : { index: delta.index }),
    };
  }
  return calls;
}

/** Where in `calls` the piece belongs; -1 for a new call. */
function callOf(delta: ToolCallDelta, calls: readonly ToolCall[]): number {
  const sameId = (call: ToolCall) => !delta.id || !call.id || call.id === delta.id;
  if (delta.index !== undefined) {
    return calls.findLastIndex((call) => call.index === delta.index && sameId(call));
  }
  if (delta.id) {
    const last = calls.findLastIndex((call) => call.id === delta.id);
    return delta.name && isJson(calls[last]?.arguments) ? -1 : last;
  }
  return delta.name ? -1 : calls.length - 1;
}

function isJson(text = ""): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // Empty or half: the next piece continues it.
  }
}

/** The finish reason of the wire as ours. */
export function finishReasonOf(reason: string | null | undefined): FinishReason {
  switch (reason) {
    case null:
    case undefined:
    case "":
      return "none";
    case "stop":
    case "length":
    case "tool_calls":
    case "content_filter":
      return reason;
    default:
      return "other";
  }
}

/** Usage without the fields that were not reported. */
export function usageOf(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}

function last<T>(items: readonly T[]): T | undefined {
  return items[items.length - 1];
}
