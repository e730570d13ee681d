/**
 * A trace file of a million events, made once, in a minute, and kept in the temporary directory,
 * where it takes 1.3 GB.
 */
import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { openStateFile, type State } from "../../lib/state/mod.ts";
import { createTraceStore, SessionTracer, type TraceEvent } from "../../lib/trace/mod.ts";

const EVENTS = 1_000_000;

/** The session whose `show` is measured, and how many events it has. */
export const LONG_SESSION = "long";
const LONG_EVENTS = 5_000;
const SESSION_EVENTS = 2_500;
const STEP_EVENTS = 2;

/** Bump it when the events below change: an old file is then not used again. */
const VERSION = 1;

const VOCABULARY = 20_000;
const WORDS_PER_TEXT = 30;

/** Opens the file, making it first when it is not there. */
export async function openMillion(): Promise<State> {
  const dir = Deno.env.get("TMPDIR") ?? "/tmp";
  const path = `${dir}/owllm-bench-traces-v${VERSION}.db`;
  const ids = createIds(() => systemClock.now(), systemRandom);
  const open = (path: string) => openStateFile({ path, clock: systemClock, ids });
  try {
    await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const unfinished = `${path}.${Deno.pid}`;
    {
      using state = await open(unfinished);
      fill(state);
    }
    await Deno.rename(unfinished, path);
  }
  return await open(path);
}

function fill(state: State): void {
  const random = xorshift(42);
  // A tracer makes one event of each kind; the million are copies with other words, because what
  // is measured is reading.
  const [tool, model] = exampleEvents();
  let stored = 0;
  for (let session = 0; stored < EVENTS; session++) {
    const id = session === 0 ? LONG_SESSION : `session_${session}`;
    const events = session === 0 ? LONG_EVENTS : Math.min(SESSION_EVENTS, EVENTS - stored);
    fillSession(state, { id, session, events, first: stored }, { tool, model, random });
    stored += events;
  }
}

interface Plan {
  readonly id: string;
  readonly session: number;
  readonly events: number;
  readonly first: number;
}

interface Material {
  readonly tool: TraceEvent;
  readonly model: TraceEvent;
  readonly random: () => number;
}

function fillSession(state: State, plan: Plan, { tool, model, random }: Material): void {
  const { id, session, events, first } = plan;
  using store = createTraceStore({ traces: state.traces, clock: systemClock });
  const created_at = 1_700_000_000 + session * 3600;
  const hex = (session + 1).toString(16);
  const head = {
    session_id: id,
    kind: "program",
    created_at,
    metadata: {},
    tags: [],
    trace_id: hex.padStart(32, "0"),
    span_id: hex.padStart(16, "0"),
  };
  store.sessionStarted(head);
  const step = (step_index: number, completed_at: number | null) => ({
    step_id: `turn_${step_index}`,
    step_index,
    turn_number: step_index,
    started_at: created_at + step_index,
    completed_at,
    metadata: {},
    span_id: (step_index + 1).toString(16).padStart(16, "0"),
  });
  for (let i = 0; i < events; i++) {
    const step_index = Math.floor(i / STEP_EVENTS);
    if (i % STEP_EVENTS === 0) store.stepStarted(id, step(step_index, null));
    const place = { seq: i, step_index, span_id: (first + i + 1).toString(16).padStart(16, "0") };
    const words = textOf(first + i, random);
    store.event(id, { ...withWords(i % 2 === 0 ? model : tool, words), ...place } as TraceEvent);
    // Only the last end is worth a commit of its own here.
    if (i === events - 1) store.stepEnded(id, step(step_index, created_at + step_index + 0.5));
    else if (i % STEP_EVENTS === STEP_EVENTS - 1) {
      store.stepStarted(id, step(step_index, created_at + step_index + 0.5));
    }
  }
  const ended_at = created_at + events;
  store.sessionEnded(id, { ended_at, status: "ok", error: null, metadata: {} });
}

function withWords(event: TraceEvent, text: string): TraceEvent {
  if (event.event_type === "runtime" && event.tool !== null) {
    return { ...event, tool: { ...event.tool, result: text } };
  }
  if (event.event_type !== "cais") return event;
  const answer = { role: "assistant", parts: [{ type: "text", text }] };
  return {
    ...event,
    call_records: event.call_records.map((call) => ({ ...call, output_messages: [answer] })),
  };
}

/** Words by Zipf's law, `common` in every text, `even` or `odd`, and a rare one in a few. */
function textOf(index: number, random: () => number): string {
  const words = ["common", index % 2 === 0 ? "even" : "odd"];
  if (index % 250_000 === 7) words.push("needle");
  for (let i = 0; i < WORDS_PER_TEXT; i++) {
    words.push(`w${Math.floor(VOCABULARY ** random())}`);
  }
  return words.join(" ");
}

function exampleEvents(): readonly [TraceEvent, TraceEvent] {
  const tracer = new SessionTracer();
  tracer.startSession();
  const tool = tracer.recordEvent({
    event_type: "runtime",
    system_instance_id: "tool:read_file",
    latency_ms: 3,
    tool: { name: "read_file", arguments_json: '{"path":"a.ts"}', call_id: "c1", result: "" },
  });
  const model = tracer.recordEvent({
    event_type: "cais",
    system_instance_id: "llm",
    model_name: "bench:7b",
    latency_ms: 250,
    input_tokens: 900,
    output_tokens: 40,
    call_records: [{
      call_id: "r1",
      api_type: "chat_completions",
      provider: "ollama",
      model_name: "bench:7b",
      started_at: null,
      completed_at: null,
      latency_ms: 250,
      request_params: { temperature: 0 },
      input_messages: [{ role: "user", parts: [{ type: "text", text: "Read the file" }] }],
      output_messages: [],
      output_tool_calls: [{ name: "read_file", arguments_json: '{"path":"a.ts"}', call_id: "c1" }],
      usage: { input_tokens: 900, output_tokens: 40, total_tokens: 940 },
      finish_reason: "tool_calls",
    }],
  });
  return [tool, model];
}

/** The same numbers on every machine, from 0 up to 1. */
function xorshift(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}
