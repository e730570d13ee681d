import type { LlmCallRecord, LlmMessage } from "../events.ts";
import type { MessagesBlock, PageMessage } from "./page_data.ts";
import type { TextTable } from "./texts.ts";

/**
 * The messages of a page. Every request of a conversation repeats the history before it; the page
 * keeps each message once, and shows it open where it is new.
 */
export class MessageTable {
  readonly #ids = new Map<string, number>();
  #fresh: PageMessage[] = [];

  constructor(readonly texts: TextTable) {}

  /** The messages of a request; those that were on the page before are put into runs. */
  request(title: string, messages: readonly LlmMessage[]): MessagesBlock {
    const listed: (number | number[])[] = [];
    for (const [index, message] of messages.entries()) {
      const known = this.#ids.size;
      const id = this.#idOf(message);
      const before = listed.at(-1);
      // The last one is what the request is about, even when it was said before.
      if (id >= known || index === messages.length - 1) listed.push(id);
      else if (Array.isArray(before)) before.push(id);
      else listed.push([id]);
    }
    return { type: "messages", title, messages: listed };
  }

  /** What the model answered, with the calls that it asked for; nothing when it said nothing. */
  answer(title: string, call: LlmCallRecord): MessagesBlock[] {
    const said = withCalls(call).filter(({ parts, tool_calls = [] }) =>
      tool_calls.length > 0 || parts.some(({ text }) => text !== "")
    );
    if (said.length === 0) return [];
    return [{ type: "messages", title, messages: said.map((message) => this.#idOf(message)) }];
  }

  /** The messages since the last call, in the order of their numbers. */
  take(): readonly PageMessage[] {
    const messages = this.#fresh;
    this.#fresh = [];
    return messages;
  }

  #idOf(message: LlmMessage): number {
    const shown = this.#shown(message);
    const key = JSON.stringify(shown);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    this.#fresh.push(shown);
    return id;
  }

  #shown(message: LlmMessage): PageMessage {
    const { role, name, tool_call_id } = message;
    const parts = message.parts.map(({ type, text, mime_type, uri, base64_data }) => {
      const size = base64_data ? `${base64_data.length} characters of base64` : "";
      const other = [mime_type, uri, size].filter(Boolean).join(" · ");
      return { type, text: this.texts.ref(text ?? other) };
    }).filter(({ text }) => text !== "");
    return {
      role,
      about: [name, tool_call_id].filter(Boolean).join(" · "),
      parts,
      calls: (message.tool_calls ?? []).map(({ name, arguments_json, call_id }) => ({
        name,
        id: call_id,
        arguments: this.texts.ref(arguments_json),
      })),
    };
  }
}

/** The answer as the next request repeats it: the calls stand in its last message. */
function withCalls({ output_messages, output_tool_calls }: LlmCallRecord): readonly LlmMessage[] {
  const known = new Set(
    output_messages.flatMap(({ tool_calls = [] }) => tool_calls.map((one) => JSON.stringify(one))),
  );
  const others = output_tool_calls.filter((one) => !known.has(JSON.stringify(one)));
  if (others.length === 0) return output_messages;
  const last = output_messages.at(-1) ?? { role: "assistant", parts: [] };
  const tool_calls = [...last.tool_calls ?? [], ...others];
  return [...output_messages.slice(0, -1), { ...last, tool_calls }];
}
