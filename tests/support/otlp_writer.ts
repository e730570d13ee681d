/**
 * A process that traces with an OTLP endpoint: `otlp_writer.ts DIR ENDPOINT STEPS`. It prints a
 * line for each step that has ended, and does not end by itself: a test kills it.
 */
import { openTestState } from "./state.ts";
import { startTestTracing } from "./tracing.ts";

const [dir = "", endpoint = "", steps = "1"] = Deno.args;

using state = await openTestState(dir);
// A claim outlives a killed process by the timeout and five seconds.
const env = { OTEL_EXPORTER_OTLP_TIMEOUT: "500" };
const tracing = await startTestTracing(state, { endpoint, env });
const tracer = tracing.createTracer();
tracer.startSession({ sessionId: "killed" });
for (let step = 0; step < Number(steps); step++) {
  tracer.startTimestep();
  tracer.recordEvent({ event_type: "runtime", system_instance_id: "writer", actions: [step] });
  tracer.endTimestep();
  Deno.stdout.writeSync(new TextEncoder().encode(`${step}\n`));
}
await new Promise((resolve) => setTimeout(resolve, 60_000));
