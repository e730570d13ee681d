import type { TraceSessionRecord } from "../state/mod.ts";

/** A session as `--json` shows it; times in seconds since 1970, UTC. */
export function sessionJson(session: TraceSessionRecord) {
  return {
    session_id: session.id,
    kind: session.kind,
    status: session.status ?? "open",
    created_at: session.createdUs / 1e6,
    ended_at: session.endedUs === null ? null : session.endedUs / 1e6,
    updated_at: session.updatedUs / 1e6,
    model: session.model,
    pinned: session.pinned,
    tags: session.tags,
    steps: session.steps,
    events: session.events,
    messages: session.messages,
    spans: session.spans,
    tool_calls: session.toolCalls,
    errors: session.errors,
    input_tokens: session.inputTokens,
    output_tokens: session.outputTokens,
    cost_usd: session.costUsd,
    trace_id: session.traceId,
    metadata: session.metadata,
  };
}
