/**
 * A process that traces: `trace_writer.ts DIR SESSIONS STEPS EVENTS`. It prints a line for each
 * session, and one after each step, so that what it has acknowledged is known when it is killed.
 */
import { systemClock } from "../../lib/core/mod.ts";
import { createTraceStore, SessionTracer } from "../../lib/trace/mod.ts";
import { openTestState } from "./state.ts";

const [dir = "", sessions = "1", steps = "1", events = "1"] = Deno.args;
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

using state = await openTestState(dir);
using store = createTraceStore({ traces: state.traces, clock: systemClock });
const tracer = new SessionTracer({ sink: store });
for (let session = 0; session < Number(sessions); session++) {
  const id = tracer.startSession();
  say(id);
  for (let step = 0; step < Number(steps); step++) {
    {
      using _step = tracer.timestep();
      for (let event = 0; event < Number(events); event++) {
        tracer.recordEvent({
          event_type: "runtime",
          system_instance_id: "writer",
          actions: [event],
        });
        tracer.addMessage({ message_type: "user", content: { step, event } });
      }
    }
    say(`${id} ${step}`);
  }
  tracer.endSession();
}
