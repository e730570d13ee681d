import type { SessionTracer } from "../trace/mod.ts";
import type { ProbeResult } from "./probe.ts";
import type { SmokeEvent } from "./runner.ts";

/** Records a probe as a step: open while it runs, durable when its result is told. */
export function traceProbe(tracer: SessionTracer, event: SmokeEvent): void {
  if (event.type === "probe_start") {
    const { id, group, tier, title } = event.probe;
    tracer.startTimestep({ stepId: id, metadata: { group, tier, title } });
    return;
  }
  const { id, status, ms, measured, diagnosis, fix } = event.result;
  tracer.recordEvent({
    event_type: "runtime",
    system_instance_id: `probe:${id}`,
    latency_ms: ms,
    actions: [{ probe: id, status }],
    metadata: {
      status,
      measured,
      ...diagnosis === undefined ? {} : { diagnosis },
      ...fix === undefined ? {} : { fix },
    },
    ...errorOf(event.result),
  });
  tracer.endTimestep();
}

function errorOf({ status, diagnosis }: ProbeResult) {
  return status === "fail"
    ? { error: { type: "probe_failed", message: diagnosis ?? "The probe failed" } }
    : {};
}
