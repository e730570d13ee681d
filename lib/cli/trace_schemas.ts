import { z } from "zod";

const Seconds = z.number().describe("Seconds since 1970, UTC");
const Ms = z.number().describe("Milliseconds");
const Metadata = z.record(z.string(), z.unknown());
const Kind = z.enum(["cais", "environment", "runtime", "message", "span"])
  .describe("cais: a model or another system that thinks");

/** A session as every command about traces gives it. */
const Session = z.strictObject({
  session_id: z.string(),
  kind: z.string().describe("smoke, run, rollout, program, spans, …"),
  status: z.enum(["ok", "error", "open"]).describe("open: it runs, or a crash cut it"),
  created_at: Seconds,
  ended_at: Seconds.nullable(),
  updated_at: Seconds.describe("When something was last written"),
  model: z.string().nullable().describe(
    "The model it was opened for, else of its first model event",
  ),
  pinned: z.boolean(),
  tags: z.array(z.string()),
  steps: z.int(),
  events: z.int(),
  messages: z.int(),
  spans: z.int(),
  tool_calls: z.int(),
  errors: z.int().describe("Events with an error"),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_usd: z.number().nullable().describe("Null where no event had a price"),
  trace_id: z.string(),
  metadata: z.unknown(),
});

const Clip = z.strictObject({
  text: z.string(),
  cut_from: z.int().nullable()
    .describe("Size of the whole in UTF-8 bytes where text is only its beginning"),
  fingerprint: z.string().nullable().describe("The same for the same whole texts; null: not cut"),
});

const Message = z.strictObject({ role: z.string(), type: z.string(), text: Clip });

const ToolCall = z.strictObject({
  name: z.string(),
  call_id: z.string().nullable(),
  arguments: Clip,
});

const Call = z.strictObject({
  provider: z.string(),
  model_name: z.string(),
  finish_reason: z.string().nullable(),
  request_params: Clip,
  repeated: z.int().describe("Input messages that the session had sent before"),
  input: z.array(Message).describe("The input messages that are new"),
  output: z.array(Message),
  tool_calls: z.array(ToolCall),
  error: z.string().nullable(),
});

const Item = z.strictObject({
  entry_id: z.int(),
  step_index: z.int().nullable(),
  span_id: z.string().nullable(),
  parent_span_id: z.string().nullable(),
  kind: Kind,
  name: z.string().describe("The model, tool, message type or span name"),
  system: z.string().describe("Who did it, or who sent the message"),
  started_at: Seconds,
  duration_ms: Ms.nullable(),
  failed: z.boolean(),
  error: z.strictObject({ type: z.string(), message: Clip }).nullable(),
  input_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  tokens_per_second: z.number().nullable(),
  cost_usd: z.number().nullable(),
  calls: z.array(Call),
  tool: ToolCall.extend({ result: Clip.nullable() }).nullable(),
  reward: z.number().nullable(),
  ended: z.enum(["terminated", "truncated"]).nullable(),
  actions: z.array(Clip).describe("What the program did, as JSON"),
  message: z.strictObject({ target: z.string(), content: Clip }).nullable(),
  state_before: Clip.nullable(),
  state_after: Clip.nullable(),
  metadata: Metadata,
  get children() {
    return z.array(Item).describe("What happened inside of it");
  },
});

const Step = z.strictObject({
  step_index: z.int(),
  step_id: z.string(),
  turn_number: z.int(),
  started_at: Seconds,
  duration_ms: Ms.nullable().describe("Null while it is open, and where the trace was cut"),
  metadata: Metadata,
  items: z.array(Item),
});

const Cost = z.strictObject({ ms: Ms, input_tokens: z.int(), output_tokens: z.int() });

const StepPlace = Cost.extend({
  step_index: z.int().nullable().describe("Null: outside of steps"),
  step_id: z.string(),
});

const Side = Item.pick({
  entry_id: true,
  started_at: true,
  duration_ms: true,
  input_tokens: true,
  output_tokens: true,
  failed: true,
});

const Change = z.strictObject({
  what: z.string().describe("arguments, result, error, answer, params, …"),
  path: z.string().describe("The place in it where it is JSON, such as edits[2].text"),
  from: z.string().nullable().describe("Null: not there"),
  to: z.string().nullable(),
});

const Snippet = z.strictObject({
  field: z.enum(["error", "prompt", "result", "tool"]),
  text: z.string(),
  marks: z.array(z.tuple([z.int(), z.int()]))
    .describe("Start and end of what was found in text, in UTF-16 units"),
  before: z.boolean().describe("Whether there is more of it before"),
  after: z.boolean(),
});

/** The documents that the commands about traces print under `--json`, by the command's word. */
export const TRACE_SCHEMAS = {
  list: z.strictObject({
    sessions: z.array(Session).describe("The newest first"),
    more: z.boolean().describe("Whether there are more than --limit"),
  }),
  show: z.strictObject({
    session: Session,
    error: z.strictObject({ type: z.string(), message: z.string() }).nullable()
      .describe("What ended the session"),
    open: z.boolean().describe("It has no end: it runs, or a crash cut it"),
    parts: z.array(
      z.union([z.strictObject({ step: Step }), z.strictObject({ item: Item })]),
    ).describe("Steps, and what is outside of them, in order"),
  }),
  search: z.strictObject({
    query: z.string(),
    matches: z.int().describe("As far as they were counted"),
    more: z.boolean().describe("More match; the newest were looked at"),
    hits: z.array(z.strictObject({
      session_id: z.string(),
      step_index: z.int().nullable(),
      entry_id: z.int(),
      kind: Kind,
      name: z.string(),
      started_at: Seconds,
      failed: z.boolean(),
      rank: z.number().describe("bm25, lower is better; 0 where only time decided"),
      snippet: Snippet.nullable(),
    })),
  }),
  diff: z.strictObject({
    same: z.boolean().describe("Whether both did the same, times and token counts aside"),
    first_divergence: z.strictObject({ step: z.int(), item: z.int().nullable() }).nullable()
      .describe("Positions in steps and in the items of that step"),
    a: z.strictObject({ session: Session, total: Cost }),
    b: z.strictObject({ session: Session, total: Cost }),
    steps: z.array(z.strictObject({
      a: StepPlace.nullable().describe("Null: only the other has it"),
      b: StepPlace.nullable(),
      same: z.boolean(),
      delta: Cost.describe("b less a"),
      items: z.array(z.strictObject({
        kind: Kind,
        name: z.string(),
        a: Side.nullable(),
        b: Side.nullable(),
        changes: z.array(Change),
      })),
    })),
    approximate: z.boolean().describe("So long that steps were compared with near ones only"),
  }),
};

/** The JSON Schema (draft 2020-12) of what `owllm trace COMMAND --json` prints. */
export function traceJsonSchema(command: keyof typeof TRACE_SCHEMAS): Record<string, unknown> {
  return {
    title: `owllm trace ${command}`,
    ...z.toJSONSchema(TRACE_SCHEMAS[command], { target: "draft-2020-12" }),
  };
}
