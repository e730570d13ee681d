import type { Fault, ScriptedReply, ScriptedRequest, StreamEvent } from "../types.ts";
import { tokenize } from "../tokens.ts";

type Json = Record<string, unknown>;

/** The message (whole answer) or delta (stream event) inside a JSON of either API. */
export function messageIn(body: Json): Json | undefined {
  const choice = Array.isArray(body["choices"])
    ? body["choices"][0] as Json | undefined
    : undefined;
  return (choice?.["message"] ?? choice?.["delta"] ?? body["message"]) as Json | undefined;
}

/** A copy of a JSON body, changed. */
export function edited(body: Json, change: (copy: Json) => void): Json {
  const copy = structuredClone(body);
  change(copy);
  return copy;
}

/** A fault that changes whole answers and stream events of chats alike. */
export function everyBody(name: string, change: (copy: Json) => void): Fault {
  return {
    name,
    body: (body, _path, request) => request === undefined ? body : edited(body, change),
    events: (events) =>
      events.map((event) => typeof event === "string" ? event : edited(event, change)),
  };
}

/** A fault that changes the words of the answer. */
export function everyText(
  name: string,
  change: (text: string, request: ScriptedRequest) => string,
): Fault {
  return {
    name,
    reply: (reply, request) => withText(reply, change(reply.tokens.join(""), request)),
  };
}

/** The reply with other words as tokens; the count goes with them, thoughts and calls stay. */
export function withText(reply: ScriptedReply, text: string): ScriptedReply {
  const tokens = tokenize(text);
  const completionTokens = reply.completionTokens - reply.tokens.length + tokens.length;
  return { ...reply, tokens, completionTokens };
}

/** The first call as a JSON text; the reply's own text when it makes none. */
export function callAsText(reply: ScriptedReply): string {
  const [call] = reply.toolCalls;
  return call === undefined
    ? reply.tokens.join("")
    : JSON.stringify({ name: call.name, arguments: call.arguments });
}

/** The reply with its call written into the words by `write`. */
export function callInContent(name: string, write: (call: string) => string): Fault {
  return {
    name,
    reply: (reply) =>
      reply.toolCalls.length === 0
        ? reply
        : { ...withText(reply, write(callAsText(reply))), toolCalls: [], finish: "stop" },
  };
}

/** True for an event that closes an answer in either API. */
export function isFinish(event: StreamEvent): boolean {
  if (typeof event === "string") return false;
  if (event["done"] === true) return true;
  const choice = Array.isArray(event["choices"])
    ? event["choices"][0] as Json | undefined
    : undefined;
  return choice?.["finish_reason"] != null;
}
