import type { Json, JsonObject, SessionEventMessage, TraceEvent } from "../events.ts";
import { checked, damagedFile, type Place } from "./damaged.ts";
import { parseDate } from "./python_dates.ts";
import { adopted, isObject } from "./restore.ts";
import { EventSchema, MessageSchema } from "./schemas.ts";

/** What a v3 record does not tell itself. */
export interface RecordPlace {
  readonly seq: number;
  readonly stepIndex: number | null;
}

/** An event of a v3 trace as ours. Its kind is told by what it has. */
export function eventIn(
  event: JsonObject,
  { seq, stepIndex, spanId }: RecordPlace & { readonly spanId: string },
  place: Place,
): TraceEvent {
  const { error } = event;
  const ours: JsonObject = {
    seq,
    system_instance_id: textOr(event["system_instance_id"], ""),
    time_record: timeIn(event["time_record"]),
    latency_ms: numberOrNull(event["latency_ms"]),
    system_state_before: event["system_state_before"] ?? null,
    system_state_after: event["system_state_after"] ?? null,
    metadata: objectOr(event["metadata"]),
    error: isObject(error) && typeof error["type"] === "string" &&
        typeof error["message"] === "string"
      ? error
      : null,
    span_id: hex16(event["span_id"]) ?? spanId,
    parent_span_id: hex16(event["parent_span_id"]) ?? null,
    step_index: stepIndex,
    ...kindFields(event, place),
  };
  return checked(EventSchema, adopted(event, ours), place, "an event");
}

function kindFields(event: JsonObject, place: Place): JsonObject {
  switch (kindOf(event)) {
    case "cais":
      return {
        event_type: "cais",
        model_name: textOrNull(event["model_name"]),
        provider: textOrNull(event["provider"]),
        input_tokens: countOrNull(event["input_tokens"]),
        output_tokens: countOrNull(event["output_tokens"]),
        total_tokens: countOrNull(event["total_tokens"]),
        cost_usd: numberOrNull(event["cost_usd"]),
        call_records: objectsIn(event["call_records"]).map(callIn),
      };
    case "environment":
      return {
        event_type: "environment",
        reward: numberOrNull(event["reward"]) ?? 0,
        terminated: event["terminated"] === true,
        truncated: event["truncated"] === true,
      };
    case "runtime":
      return {
        event_type: "runtime",
        actions: Array.isArray(event["actions"]) ? event["actions"] : [],
        tool: null,
      };
    default:
      throw damagedFile(place, 'events with "call_records", "reward" or "actions"');
  }
}

function kindOf(event: JsonObject): TraceEvent["event_type"] | undefined {
  if (Array.isArray(event["call_records"]) || "model_name" in event) return "cais";
  if ("reward" in event) return "environment";
  return "actions" in event ? "runtime" : undefined;
}

function callIn(call: JsonObject): JsonObject {
  const params = objectOr(call["request_params"]);
  const { tools } = isObject(params["raw_params"]) ? params["raw_params"] : params;
  const usage = objectOr(call["usage"]);
  return fitted(call, {
    call_id: textOr(call["call_id"], ""),
    api_type: textOr(call["api_type"], ""),
    provider: textOr(call["provider"], ""),
    model_name: textOr(call["model_name"], ""),
    started_at: isoOrNull(call["started_at"]),
    completed_at: isoOrNull(call["completed_at"]),
    latency_ms: numberOrNull(call["latency_ms"]),
    request_params: params,
    ...Array.isArray(tools) && tools.every(isObject) ? { tools } : {},
    input_messages: objectsIn(call["input_messages"]).map(llmMessageIn),
    output_messages: objectsIn(call["output_messages"]).map(llmMessageIn),
    output_tool_calls: objectsIn(call["output_tool_calls"]).map(toolCallIn),
    usage: fitted(usage, {
      input_tokens: numberOrNull(usage["input_tokens"]),
      output_tokens: numberOrNull(usage["output_tokens"]),
      total_tokens: numberOrNull(usage["total_tokens"]),
    }),
    finish_reason: textOrNull(call["finish_reason"]),
    error: call["error"] === undefined || call["error"] === null
      ? null
      : textOr(call["error"], JSON.stringify(call["error"])),
  });
}

function llmMessageIn(message: JsonObject): JsonObject {
  const { content, parts } = message;
  const text = typeof content === "string" ? [{ type: "text", text: content }] : [];
  return fitted(message, {
    role: textOr(message["role"], ""),
    parts: Array.isArray(parts)
      ? objectsIn(parts).map((part) =>
        fitted(part, { type: textOr(part["type"], "text"), text: textOrNull(part["text"]) })
      )
      : text,
  });
}

function toolCallIn(call: JsonObject): JsonObject {
  const { arguments_json, arguments: data } = call;
  return fitted(call, {
    name: textOr(call["name"], ""),
    arguments_json: textOr(
      arguments_json,
      typeof data === "string" ? data : JSON.stringify(data ?? {}),
    ),
    call_id: textOrNull(call["call_id"]),
  });
}

/** A message of a v3 trace as ours. */
export function messageIn(
  message: JsonObject,
  { seq, stepIndex }: RecordPlace,
  place: Place,
): SessionEventMessage {
  const ours = {
    seq,
    source_id: textOr(message["source_id"], ""),
    target_id: textOr(message["target_id"], ""),
    message_type: textOr(message["message_type"], ""),
    content: message["content"] ?? null,
    time_record: timeIn(message["time_record"]),
    metadata: objectOr(message["metadata"]),
    step_index: stepIndex,
  };
  return checked(MessageSchema, adopted(message, ours), place, "a message");
}

/** A part of a record: as it is where it has what ours has. */
function fitted(original: JsonObject, ours: JsonObject): JsonObject {
  const same = Object.entries(ours).every(([key, value]) =>
    Object.hasOwn(original, key) && JSON.stringify(value) === JSON.stringify(original[key])
  );
  return same ? original : adopted(original, ours);
}

function timeIn(value: Json | undefined): JsonObject {
  const record = objectOr(value);
  const { event_time, message_time } = record;
  const seconds = typeof event_time === "string" ? parseDate(event_time) : event_time;
  return fitted(record, {
    event_time: numberOrNull(seconds) ?? 0,
    message_time: numberOrNull(message_time),
  });
}

function isoOrNull(value: Json | undefined): string | null {
  if (typeof value !== "string") return null;
  const seconds = parseDate(value);
  return seconds === undefined ? value : new Date(seconds * 1000).toISOString();
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function objectOr(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function textOr(value: Json | undefined, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function numberOrNull(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function countOrNull(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}

function hex16(value: Json | undefined): string | undefined {
  return typeof value === "string" && /^[0-9a-f]{16}$/.test(value) ? value : undefined;
}
