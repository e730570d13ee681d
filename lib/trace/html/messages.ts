import type { LlmCallRecord, LlmMessage, ToolCallRecord } from "../events.ts";
import type { MessagesBlock, PageCall, PageMessage } from "./page_data.ts";
import type { TextTable } from "./texts.ts";

/** Where a request stands on the page. */
export interface RequestPlace {
  readonly row: number;
  /** Of the requests of its event. */
  readonly index: number;
  readonly system: string;
}

interface Earlier {
  readonly row: number;
  readonly request: number;
  /** Each message as JSON text. */
  readonly keys: readonly string[];
}

/**
 * Writes the messages of requests. Every request of a conversation repeats the history before it;
 * the page keeps what is new in each.
 */
export class MessageWriter {
  readonly #earlier = new Map<string, Earlier>();

  constructor(readonly texts: TextTable) {}

  /** The messages of a request, as far as the one before of the same system does not have them. */
  request(title: string, call: LlmCallRecord, { row, index, system }: RequestPlace): MessagesBlock {
    const keys = call.input_messages.map((message) => JSON.stringify(message));
    const earlier = this.#earlier.get(system);
    const differs = keys.findIndex((key, i) => key !== earlier?.keys[i]);
    const count = differs < 0 ? keys.length : differs;
    this.#earlier.set(system, { row, request: index, keys });
    return {
      type: "messages",
      title,
      request: index,
      ...(earlier === undefined || count === 0
        ? {}
        : { same: { row: earlier.row, request: earlier.request, count } }),
      messages: call.input_messages.slice(count).map((message) => this.#message(message)),
    };
  }

  /** What the model answered; nothing when it said no word. */
  answer(title: string, call: LlmCallRecord): MessagesBlock[] {
    const messages = call.output_messages.map((message) => this.#message(message))
      .filter(({ parts }) => parts.length > 0);
    return messages.length === 0 ? [] : [{ type: "messages", title, messages }];
  }

  /** A tool call that a model asked for. */
  call({ name, arguments_json, call_id }: ToolCallRecord): PageCall {
    return { name, id: call_id, arguments: this.texts.ref(arguments_json) };
  }

  #message(message: LlmMessage): PageMessage {
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
      calls: (message.tool_calls ?? []).map((call) => this.call(call)),
    };
  }
}
