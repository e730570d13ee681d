import type { TraceWords } from "../../state/mod.ts";
import type { Json, LlmMessage, SessionEventMessage, TraceEvent } from "../events.ts";

/** More of one field is stored but not indexed: nobody searches for the millionth word of a dump. */
const MAX_INDEXED = 100_000;

/**
 * What a search finds in a session's records. A conversation repeats its history in every request;
 * a message is indexed where it comes first.
 */
export class WordCollector {
  readonly #seen = new Set<string>();

  ofEvent(event: TraceEvent): TraceWords | undefined {
    const parts = { prompt: [] as string[], arguments: [] as string[], result: [] as string[] };
    if (event.event_type === "cais") {
      for (const call of event.call_records) {
        parts.prompt.push(...this.#fresh(call.input_messages));
        parts.result.push(...this.#fresh(call.output_messages));
        for (const tool of call.output_tool_calls) {
          parts.arguments.push(tool.name, tool.arguments_json);
        }
      }
    } else if (event.event_type === "runtime" && event.tool !== null) {
      parts.arguments.push(event.tool.name, event.tool.arguments_json);
      if (event.tool.result !== null) parts.result.push(event.tool.result);
    }
    if (isPlain(event)) {
      const { args = null, result = null } = event.metadata;
      // A decorated function's arguments are its actions already.
      const given = event.event_type === "runtime" ? event.actions : args;
      parts.arguments.push(event.system_instance_id, ...textsIn(given));
      parts.result.push(...textsIn(result));
    }
    const error = event.error === null ? "" : `${event.error.type} ${event.error.message}`;
    return wordsOf({ ...parts, error: [error] });
  }

  ofMessage(message: SessionEventMessage): TraceWords | undefined {
    return wordsOf({ prompt: textsIn(message.content), arguments: [], result: [], error: [] });
  }

  #fresh(messages: readonly LlmMessage[]): string[] {
    return messages.map(textOf).filter((text) => {
      if (text === "" || this.#seen.has(text)) return false;
      this.#seen.add(text);
      return true;
    });
  }
}

/** Neither a model's call nor a tool's: what is to be found is what a function took and gave. */
function isPlain(event: TraceEvent): boolean {
  if (event.event_type === "cais") return event.call_records.length === 0;
  return event.event_type === "environment" || event.tool === null;
}

/** The text of a model's message. */
export function textOf(message: LlmMessage): string {
  return message.parts.map((part) => part.text ?? "").filter(Boolean).join("\n");
}

function wordsOf(parts: Record<keyof TraceWords, string[]>): TraceWords | undefined {
  const join = (texts: string[]) => texts.join("\n").slice(0, MAX_INDEXED);
  const words = {
    prompt: join(parts.prompt),
    arguments: join(parts.arguments),
    result: join(parts.result),
    error: join(parts.error),
  };
  return Object.values(words).some((text) => text !== "") ? words : undefined;
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(textsIn);
}
