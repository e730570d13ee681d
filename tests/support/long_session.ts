/** A session of thousands of events, as an agent that works for hours leaves it. */
import type { SessionTracer } from "../../lib/trace/mod.ts";

const WORDS =
  "the agent reads a file, thinks about what stands there, and goes on with the next one";

/** Records `events` model and tool calls, two in a step. */
export function traceLongRun(tracer: SessionTracer, events: number): void {
  tracer.startSession({ sessionId: "long", kind: "run", metadata: { task: "Work for hours" } });
  for (let i = 0; i < events; i += 2) {
    using _step = tracer.timestep({ stepId: `turn_${i / 2}` });
    const text = `${i} ${WORDS} `.repeat(10);
    const call = { name: "read_file", arguments_json: `{"path":"src/${i}.ts"}`, call_id: `c${i}` };
    tracer.recordEvent({
      event_type: "cais",
      system_instance_id: "llm",
      model_name: "bench:7b",
      latency_ms: 250,
      input_tokens: 900 + i,
      output_tokens: 40,
      call_records: [{
        call_id: `r${i}`,
        api_type: "chat_completions",
        provider: "ollama",
        model_name: "bench:7b",
        started_at: null,
        completed_at: null,
        latency_ms: 250,
        request_params: { temperature: 0 },
        input_messages: [{ role: "user", parts: [{ type: "text", text }] }],
        output_messages: [{ role: "assistant", parts: [{ type: "text", text: `Answer ${text}` }] }],
        output_tool_calls: [call],
        usage: { input_tokens: 900 + i, output_tokens: 40, total_tokens: 940 + i },
        finish_reason: "tool_calls",
      }],
    });
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: "tool:read_file",
      latency_ms: 3,
      tool: { ...call, result: i === events - 2 ? "the last needle" : `Result ${text}` },
    });
  }
  tracer.endSession();
}
