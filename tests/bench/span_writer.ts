/**
 * Stores 20,000 spans as a program of its own, so that its memory is its own: `span_writer.ts HOW`
 * with `otel` (the spans of a library, by the API of OpenTelemetry), `outbox` (the same while they
 * wait for an endpoint), `tracer` (events of our own tracer) or `sdk` (OpenTelemetry without any
 * store). Prints spans per second and the peak of its memory in MB.
 */
import { trace } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import type { SessionTracer, Tracing } from "../../lib/trace/mod.ts";
import { openTestState } from "../support/state.ts";
import { startTestTracing } from "../support/tracing.ts";

const SPANS = 20_000;
/** Written before the clock runs, so that the compiler has seen the code. */
const WARM_UP = 2_000;
const PER_TRACE = 100;

const PROMPT = "You are an agent that reads a repository and changes one file at a time. ".repeat(
  6,
);

/** A traced call of a model, as instrumentations write it. */
const attributesOf = (i: number) => ({
  "openinference.span.kind": "LLM",
  "llm.model_name": "qwen2.5-coder:7b",
  "llm.provider": "ollama",
  "llm.invocation_parameters": '{"temperature":0,"seed":7}',
  "llm.input_messages.0.message.role": "system",
  "llm.input_messages.0.message.content": PROMPT,
  "llm.input_messages.1.message.role": "user",
  "llm.input_messages.1.message.content": `Fix the test number ${i}`,
  "llm.output_messages.0.message.role": "assistant",
  "llm.output_messages.0.message.content": `The fix of test ${i} is in lib/number_${i % 97}.ts`,
  "llm.token_count.prompt": 512,
  "llm.token_count.completion": 64,
});

/** Traces of a root and its children. */
function writeSpans(spans: number): void {
  const library = trace.getTracer("bench");
  for (let i = 0; i < spans; i += PER_TRACE) {
    library.startActiveSpan("agent", (root) => {
      for (let j = 1; j < PER_TRACE; j++) {
        library.startSpan("chat", { attributes: attributesOf(i + j) }).end();
      }
      root.end();
    });
  }
}

/** The same as events of steps. */
function writeEvents(tracer: SessionTracer, events: number): void {
  tracer.startSession();
  for (let i = 0; i < events; i += PER_TRACE) {
    using _step = tracer.timestep();
    for (let j = 0; j < PER_TRACE; j++) {
      tracer.recordEvent({
        event_type: "cais",
        system_instance_id: "llm",
        model_name: "qwen2.5-coder:7b",
        input_tokens: 512,
        output_tokens: 64,
        latency_ms: 12,
        metadata: attributesOf(i + j),
      });
    }
  }
  tracer.endSession();
}

/** Milliseconds that a way of writing takes, the file included. */
async function timed(how: string, dir: string): Promise<number> {
  if (how === "sdk") {
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [] }));
    writeSpans(WARM_UP);
    return elapsed(() => writeSpans(SPANS));
  }
  using state = await openTestState(dir);
  const endpoint = how === "outbox" ? "http://127.0.0.1:1" : undefined;
  const tracing: Tracing = await startTestTracing(state, {
    foreignSpans: how !== "tracer",
    endpoint,
  });
  const tracer = tracing.createTracer();
  const write = (count: number) => {
    if (how === "tracer") writeEvents(tracer, count);
    else writeSpans(count);
    tracing.store.flush();
  };
  write(WARM_UP);
  const ms = elapsed(() => write(SPANS));
  await tracing.shutdown();
  return ms;
}

function elapsed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const [how = "otel"] = Deno.args;
const dir = await Deno.makeTempDir();
try {
  const ms = await timed(how, dir);
  const status = await Deno.readTextFile("/proc/self/status");
  const peakMb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1000;
  const line = JSON.stringify({ rate: SPANS / (ms / 1000), peakMb });
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
} finally {
  await Deno.remove(dir, { recursive: true });
}
