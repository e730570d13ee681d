import type { Json, TraceEvent } from "../events.ts";
import { type ArchivedTrace, isEvent, recordsOf } from "./archive.ts";

/** Types of columns; each is one of Parquet that DuckDB reads as what the old schema declares. */
export type ColumnType = "INT64" | "DOUBLE" | "BOOLEAN" | "STRING" | "TIMESTAMP";

/** A table: its columns in order; each may be null. */
export type Columns = Readonly<Record<string, ColumnType>>;

/**
 * The tables of the old trace databases with their columns. `owllm_record` holds a record whole as
 * JSON, for the import; it stands last, where queries by position do not see it.
 */
export const TABLES = {
  session_traces: {
    session_id: "STRING",
    created_at: "TIMESTAMP",
    num_timesteps: "INT64",
    num_events: "INT64",
    num_messages: "INT64",
    metadata: "STRING",
    experiment_id: "STRING",
    owllm_record: "STRING",
  },
  session_timesteps: {
    id: "INT64",
    session_id: "STRING",
    step_id: "STRING",
    step_index: "INT64",
    turn_number: "INT64",
    started_at: "TIMESTAMP",
    completed_at: "TIMESTAMP",
    num_events: "INT64",
    num_messages: "INT64",
    step_metadata: "STRING",
    owllm_record: "STRING",
  },
  events: {
    id: "INT64",
    session_id: "STRING",
    timestep_id: "INT64",
    event_type: "STRING",
    system_instance_id: "STRING",
    event_time: "DOUBLE",
    message_time: "INT64",
    created_at: "TIMESTAMP",
    model_name: "STRING",
    provider: "STRING",
    input_tokens: "INT64",
    output_tokens: "INT64",
    total_tokens: "INT64",
    cost_usd: "INT64",
    latency_ms: "INT64",
    span_id: "STRING",
    trace_id: "STRING",
    call_records: "STRING",
    reward: "DOUBLE",
    terminated: "BOOLEAN",
    truncated: "BOOLEAN",
    system_state_before: "STRING",
    system_state_after: "STRING",
    metadata: "STRING",
    event_metadata: "STRING",
    owllm_record: "STRING",
  },
  messages: {
    id: "INT64",
    session_id: "STRING",
    timestep_id: "INT64",
    message_type: "STRING",
    content: "STRING",
    timestamp: "TIMESTAMP",
    event_time: "DOUBLE",
    message_time: "INT64",
    metadata: "STRING",
    owllm_record: "STRING",
  },
  event_rewards: {
    id: "INT64",
    event_id: "INT64",
    session_id: "STRING",
    message_id: "INT64",
    turn_number: "INT64",
    reward_value: "DOUBLE",
    reward_type: "STRING",
    key: "STRING",
    annotation: "STRING",
    source: "STRING",
    created_at: "TIMESTAMP",
  },
  outcome_rewards: {
    id: "INT64",
    session_id: "STRING",
    total_reward: "INT64",
    achievements_count: "INT64",
    total_steps: "INT64",
    created_at: "TIMESTAMP",
    reward_metadata: "STRING",
  },
  experiments: {
    experiment_id: "STRING",
    name: "STRING",
    description: "STRING",
    created_at: "TIMESTAMP",
    updated_at: "TIMESTAMP",
    configuration: "STRING",
    metadata: "STRING",
  },
  // Not of the old schema: the spans that others made, for the import.
  owllm_spans: { session_id: "STRING", owllm_record: "STRING" },
} as const satisfies Readonly<Record<string, Columns>>;

/** The name of a table. */
export type TableName = keyof typeof TABLES;

/** A cell; a time is in microseconds since 1970. */
export type Cell = string | number | bigint | boolean | null;

/** A row by its columns; what is left out is null. */
export type Row = Readonly<Record<string, Cell>>;

/** Gathers the rows of sessions, table by table, with ids that count from 1 as SQLite's do. */
export class TableRows {
  readonly rows: Readonly<Record<TableName, Row[]>> = {
    session_traces: [],
    session_timesteps: [],
    events: [],
    messages: [],
    event_rewards: [],
    outcome_rewards: [],
    experiments: [],
    owllm_spans: [],
  };

  add(trace: ArchivedTrace): void {
    const { session, pinned, spans } = trace;
    const { time_steps, event_history, message_history, ...head } = session;
    const { session_id } = session;
    this.#put("session_traces", {
      session_id,
      created_at: micros(session.created_at),
      num_timesteps: BigInt(time_steps.length),
      num_events: BigInt(event_history.length),
      num_messages: BigInt(message_history.length),
      metadata: JSON.stringify(session.metadata),
      owllm_record: JSON.stringify({ ...head, pinned }),
    });
    const ids = new Map<number | null, bigint>();
    for (const { events, messages, ...step } of time_steps) {
      const id = this.#put("session_timesteps", {
        session_id,
        step_id: step.step_id,
        step_index: BigInt(step.step_index),
        turn_number: BigInt(step.turn_number),
        started_at: micros(step.started_at),
        completed_at: step.completed_at === null ? null : micros(step.completed_at),
        num_events: BigInt(events.length),
        num_messages: BigInt(messages.length),
        step_metadata: JSON.stringify(step.metadata),
        owllm_record: JSON.stringify(step),
      });
      ids.set(step.step_index, id);
    }
    for (const record of recordsOf(session)) {
      const timestep_id = ids.get(record.step_index) ?? null;
      const { event_time, message_time } = record.time_record;
      const common = {
        session_id,
        timestep_id,
        event_time,
        message_time: whole(message_time),
        metadata: JSON.stringify(record.metadata),
        owllm_record: JSON.stringify(record),
      };
      if (isEvent(record)) this.#event(record, common, session.trace_id);
      else {
        this.#put("messages", {
          ...common,
          message_type: messageType(record.message_type),
          content: jsonOrText(record.content),
          timestamp: micros(event_time),
        });
      }
    }
    for (const span of spans) {
      this.#put("owllm_spans", { session_id, owllm_record: JSON.stringify(span) });
    }
    this.#outcome(trace);
  }

  #event(event: TraceEvent, common: Row, trace_id: string): void {
    const created_at = micros(event.time_record.event_time);
    const id = this.#put("events", {
      ...common,
      created_at,
      trace_id,
      event_type: event.event_type,
      system_instance_id: event.system_instance_id,
      latency_ms: whole(event.latency_ms),
      span_id: event.span_id,
      system_state_before: stateText(event.system_state_before),
      system_state_after: stateText(event.system_state_after),
      ...event.event_type === "cais"
        ? {
          model_name: event.model_name,
          provider: event.provider,
          input_tokens: whole(event.input_tokens),
          output_tokens: whole(event.output_tokens),
          total_tokens: whole(event.total_tokens),
          // Whole cents, as the old views divide by a hundred.
          cost_usd: event.cost_usd === null ? null : whole(event.cost_usd * 100),
          call_records: JSON.stringify(event.call_records),
        }
        : {},
      ...event.event_type === "environment"
        ? { reward: event.reward, terminated: event.terminated, truncated: event.truncated }
        : {},
    });
    if (event.event_type !== "environment" || event.reward === 0) return;
    this.#put("event_rewards", {
      event_id: id,
      session_id: common["session_id"] ?? null,
      turn_number: common["message_time"] ?? null,
      reward_value: event.reward,
      reward_type: "environment",
      source: event.system_instance_id,
      created_at,
    });
  }

  #outcome({ session }: ArchivedTrace): void {
    const rewards = session.event_history.filter((event) => event.event_type === "environment");
    if (rewards.length === 0) return;
    const achieved = session.metadata["final_achievements"];
    this.#put("outcome_rewards", {
      session_id: session.session_id,
      total_reward: whole(rewards.reduce((sum, { reward }) => sum + reward, 0)),
      achievements_count: BigInt(Array.isArray(achieved) ? achieved.length : 0),
      total_steps: BigInt(session.time_steps.length),
      created_at: micros(session.ended_at ?? session.created_at),
      reward_metadata: "{}",
    });
  }

  #put(table: TableName, row: Row): bigint {
    const id = BigInt(this.rows[table].length + 1);
    this.rows[table].push({ id, ...row });
    return id;
  }
}

/** The words of the old schema for the kinds of messages; others stay as they are. */
const MESSAGE_TYPES: Readonly<Record<string, string>> = {
  policy_system_prompt: "system",
  policy_user_prompt: "user",
  policy_tool_call: "tool_use",
  tool_call: "tool_use",
  tool: "tool_result",
};

function messageType(type: string): string {
  return Object.hasOwn(MESSAGE_TYPES, type) ? MESSAGE_TYPES[type] ?? type : type;
}

function micros(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e6));
}

/** Whole numbers of the old schema; what does not fit into 64 bits is unknown. */
function whole(value: number | null): bigint | null {
  if (value === null || !Number.isFinite(value) || Math.abs(value) > 2 ** 62) return null;
  return BigInt(Math.round(value));
}

function jsonOrText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function stateText(value: Json): string | null {
  return value === null ? null : JSON.stringify(value);
}
