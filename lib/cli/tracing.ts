import type { LoadedConfig } from "../config/mod.ts";
import type { State } from "../state/mod.ts";
import type { Redactor, SessionTracer } from "../trace/mod.ts";
import type { Run } from "./command.ts";
import type { Cli } from "./context.ts";
import { traceFilePath } from "./traces.ts";
import { VERSION } from "./version.ts";

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

/** How a notice names the command that sends what waits; a trace file has to be named with it. */
const SEND_LATER = "owllm trace export --otlp";

/**
 * A tracer that keeps what it records; leaving its block writes the rest, and sends it to the
 * endpoint of the settings.
 */
export interface CommandTrace extends AsyncDisposable {
  readonly tracer: SessionTracer | undefined;
  /** What the last remark calls the session; another program may have made a newer one. */
  session: string;
}

/** Starts tracing where the flags ask for it. */
export async function startTrace(
  { cli, out, flags }: Pick<Run<TraceFlags>, "cli" | "out" | "flags">,
  config: LoadedConfig,
  state: State,
): Promise<CommandTrace> {
  if (!flags.trace && flags.traceDb === undefined) {
    return { tracer: undefined, session: "last", [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const { startTracing } = await import("../trace/mod.ts");
  const redactor = await redactorFor(cli, config);
  const file = await openTraceFile(cli, flags.traceDb);
  const { traces } = file ?? state;
  const where = flags.traceDb === undefined ? "" : ` --trace-db ${flags.traceDb}`;
  const tracing = await startTracing({
    traces,
    settings: config.settings,
    env: cli.env,
    owllmVersion: VERSION,
    clock: cli.clock,
    random: cli.random,
    redactor,
    prices: config.prices,
    onNotice: (notice) => out.note(notice.replace(SEND_LATER, `${SEND_LATER}${where}`)),
  });
  const newest = () => traces.list({ limit: 1 })[0]?.id;
  const before = newest();
  const trace: CommandTrace = {
    tracer: tracing.createTracer(),
    session: "last",
    async [Symbol.asyncDispose]() {
      await tracing.shutdown();
      // A command that failed before its session began has nothing to show.
      const began = newest() !== before;
      file?.close();
      if (began) out.note(`Traced: owllm trace show ${trace.session}${where}`);
    },
  };
  return trace;
}

/** Knows the secrets of this machine's environment and of the `.env` files here. */
export async function redactorFor(cli: Cli, config: LoadedConfig): Promise<Redactor> {
  const { ENVIRONMENT, knownSecrets } = await import("../config/mod.ts");
  const { createRedactor } = await import("../trace/mod.ts");
  const { apiKeyEnv } = config.settings.server;
  const names = [
    ...ENVIRONMENT.map(({ name }) => name),
    ...apiKeyEnv === undefined ? [] : [apiKeyEnv],
  ];
  return createRedactor(await knownSecrets({ cwd: cli.cwd, env: cli.env, names }));
}

async function openTraceFile(cli: Cli, path: string | undefined): Promise<State | undefined> {
  if (path === undefined) return undefined;
  const { openStateFile } = await import("../state/mod.ts");
  return await openStateFile({ path: traceFilePath(cli, path), clock: cli.clock, ids: cli.ids });
}
