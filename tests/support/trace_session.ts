/** A session of an agent at work, as its loop would trace it. */
import type { NewCAISEvent, SessionTracer } from "../../lib/trace/mod.ts";

/** What may differ between two runs of the same task. */
export interface AgentRun {
  readonly sessionId: string;
  /** The file that the agent reads in its second step. */
  readonly path?: string;
  /** What that file holds. */
  readonly text?: string;
  /** Whether the agent runs the tests at the end. */
  readonly tests?: boolean;
  /** Leaves the session open, and its last step too, as a crash would. */
  readonly cut?: boolean;
}

const TASK = "Fix the failing test";
const SYSTEM = "You repair repositories.";

/** Records the run; the tracer has no session open before. */
export function traceAgentRun(tracer: SessionTracer, run: AgentRun): void {
  const { path = "src/sum.ts", text = "export const sum = (a, b) => a - b;" } = run;
  tracer.startSession({
    sessionId: run.sessionId,
    kind: "run",
    tags: ["nightly"],
    metadata: { task: TASK },
  });
  tracer.startTimestep({ stepId: "turn_1", turnNumber: 1 });
  tracer.addMessage({
    message_type: "user",
    source_id: "person",
    target_id: "agent",
    content: TASK,
  });
  callModel(tracer, [["user", TASK]], "I look around first.", "list_dir", { path: "." });
  runTool(tracer, "list_dir", { path: "." }, "src\ntests\ndeno.json");
  tracer.endTimestep();

  tracer.startTimestep({ stepId: "turn_2", turnNumber: 2 });
  const history = [["user", TASK], ["assistant", "I look around first."]] as const;
  callModel(tracer, [...history, ["tool", "src\ntests"]], "Now the source.", "read_file", { path });
  runTool(tracer, "read_file", { path }, text);
  if (run.cut === true) return;
  tracer.endTimestep();

  if (run.tests !== false) {
    tracer.startTimestep({ stepId: "turn_3", turnNumber: 3 });
    callModel(tracer, [["tool", text]], "Does it pass?", "shell", { command: "deno test" });
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: "tool:shell",
      latency_ms: 820,
      tool: tool("shell", { command: "deno test" }, null),
      error: { type: "timeout", message: "Connection refused by the test server" },
      metadata: { decision: "allow" },
    });
    tracer.recordEvent({
      event_type: "environment",
      system_instance_id: "env:tests",
      reward: -1,
      terminated: true,
    });
    tracer.endTimestep();
  }
  tracer.endSession();
}

function callModel(
  tracer: SessionTracer,
  input: readonly (readonly [role: string, text: string])[],
  answer: string,
  name: string,
  args: Readonly<Record<string, unknown>>,
): void {
  const call = { name, arguments_json: JSON.stringify(args), call_id: `call_${name}` };
  const event: NewCAISEvent = {
    event_type: "cais",
    system_instance_id: "llm:coder",
    model_name: "coder:7b",
    provider: "ollama",
    latency_ms: 500,
    input_tokens: 120,
    output_tokens: 30,
    call_records: [{
      call_id: `request_${name}`,
      api_type: "ollama_chat",
      provider: "ollama",
      model_name: "coder:7b",
      started_at: null,
      completed_at: null,
      latency_ms: 500,
      request_params: { temperature: 0 },
      input_messages: [
        { role: "system", parts: [{ type: "text", text: SYSTEM }] },
        ...input.map(([role, text]) => ({ role, parts: [{ type: "text", text }] })),
      ],
      output_messages: [{ role: "assistant", parts: [{ type: "text", text: answer }] }],
      output_tool_calls: [call],
      usage: { input_tokens: 120, output_tokens: 30, total_tokens: 150 },
      finish_reason: "tool_calls",
    }],
    metadata: { decode_ms: 300 },
  };
  tracer.recordEvent(event);
}

function runTool(
  tracer: SessionTracer,
  name: string,
  args: Readonly<Record<string, unknown>>,
  result: string,
): void {
  tracer.recordEvent({
    event_type: "runtime",
    system_instance_id: `tool:${name}`,
    latency_ms: 4.2,
    tool: tool(name, args, result),
  });
}

function tool(name: string, args: Readonly<Record<string, unknown>>, result: string | null) {
  return { name, arguments_json: JSON.stringify(args), call_id: `call_${name}`, result };
}
