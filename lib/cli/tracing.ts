import type { LoadedConfig } from "../config/mod.ts";
import type { State } from "../state/mod.ts";
import type { SessionTracer } from "../trace/mod.ts";
import type { Run } from "./command.ts";
import type { Cli } from "./context.ts";
import { traceFilePath } from "./traces.ts";

/** The flags of a command that can be traced. */
export type TraceFlags = {
  readonly trace: boolean;
  readonly traceDb?: string;
};

/** The parameters of {@linkcode TraceFlags}. */
export const TRACE_FLAGS = {
  trace: {
    kind: "boolean",
    brief: "Record every step and call of the model: owllm trace show last",
    default: false,
    withNegated: false,
  },
  traceDb: {
    kind: "parsed",
    parse: (value: string): string => value,
    brief: "Record into this file instead of the state file",
    optional: true,
    placeholder: "FILE",
  },
} as const;

/** A tracer that keeps what it records; leaving its block writes the rest. */
export interface CommandTrace extends Disposable {
  readonly tracer: SessionTracer | undefined;
}

/** Starts tracing where the flags ask for it. */
export async function startTrace(
  { cli, out, flags }: Pick<Run<TraceFlags>, "cli" | "out" | "flags">,
  config: LoadedConfig,
  state: State,
): Promise<CommandTrace> {
  if (!flags.trace && flags.traceDb === undefined) {
    return { tracer: undefined, [Symbol.dispose]: () => undefined };
  }
  const { ENVIRONMENT, knownSecrets } = await import("../config/mod.ts");
  const { createRedactor, createTraceStore, SessionTracer } = await import("../trace/mod.ts");
  const { apiKeyEnv } = config.settings.server;
  const names = [
    ...ENVIRONMENT.map(({ name }) => name),
    ...apiKeyEnv === undefined ? [] : [apiKeyEnv],
  ];
  const redactor = createRedactor(await knownSecrets({ cwd: cli.cwd, env: cli.env, names }));
  const file = await openTraceFile(cli, flags.traceDb);
  const { traces } = file ?? state;
  const store = createTraceStore({ traces, clock: cli.clock });
  const tracer = new SessionTracer({ sink: store, redactor, clock: cli.clock, random: cli.random });
  return {
    tracer,
    [Symbol.dispose]() {
      store.flush();
      file?.close();
      const where = flags.traceDb === undefined ? "" : ` --trace-db ${flags.traceDb}`;
      out.note(`Traced: owllm trace show last${where}`);
    },
  };
}

async function openTraceFile(cli: Cli, path: string | undefined): Promise<State | undefined> {
  if (path === undefined) return undefined;
  const { openStateFile } = await import("../state/mod.ts");
  return await openStateFile({ path: traceFilePath(cli, path), clock: cli.clock, ids: cli.ids });
}
