import { systemClock, systemRandom } from "../../lib/core/mod.ts";
import type { State } from "../../lib/state/mod.ts";
import { createRedactor, startTracing, type Tracing } from "../../lib/trace/mod.ts";

/** How {@linkcode startTestTracing} traces. */
export interface TestTracingOptions {
  /** An OTLP endpoint. */
  readonly endpoint?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly foreignSpans?: boolean;
  readonly project?: string;
  readonly secrets?: readonly string[];
}

/** Tracing into an open state, and what it has said. */
export async function startTestTracing(
  state: State,
  options: TestTracingOptions = {},
): Promise<Tracing & { readonly notices: readonly string[] }> {
  const notices: string[] = [];
  const tracing = await startTracing({
    traces: state.traces,
    settings: {
      trace: { otlpEndpoint: options.endpoint, project: options.project ?? "owllm" },
    },
    env: (name) => options.env?.[name],
    owllmVersion: "0.0.0-test",
    clock: systemClock,
    random: systemRandom,
    redactor: createRedactor(options.secrets ?? []),
    foreignSpans: options.foreignSpans ?? false,
    onNotice: (notice) => notices.push(notice),
  });
  return { ...tracing, notices };
}
