import { EXIT, OwllmError } from "../../core/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { loadSettings } from "../load.ts";
import { exportFile, FORMATS_BRIEF } from "../trace_files.ts";
import { printable } from "../text_width.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";
import { VERSION } from "../version.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & {
  readonly otlp: boolean;
  readonly endpoint?: string;
  readonly format?: string;
  readonly all: boolean;
  readonly out?: string;
};

const text = (value: string): string => value;

/** `owllm trace export [RUN…]`. */
export const traceExport = defineCommand<Flags, string[]>({
  brief: "Write traces to a file, or send them to an OTLP endpoint: Phoenix, a collector",
  description:
    "With --format, the sessions RUN are written to --out, or to stdout where that is text: v3, " +
    "jsonl and otlp-json. owllm trace import reads all of them again.\n" +
    "With --otlp they are sent. Without RUN, what an endpoint has not acknowledged yet is sent: while a traced command runs, " +
    "its records go there by themselves, and what could not be sent waits. With RUN, all of that " +
    "session is sent, whether it was sent before or not. The endpoint is that of --endpoint, of " +
    "OTEL_EXPORTER_OTLP_ENDPOINT or of trace.otlp_endpoint in owllm.toml.",
  examples: [
    "owllm trace export last --format v3 > trace.json",
    "owllm trace export --all --format jsonl --out traces.jsonl",
    "owllm trace export --all --format parquet --out traces",
    "owllm trace export --otlp",
    "owllm trace export --otlp last --endpoint http://127.0.0.1:6006",
  ],
  flags: {
    ...TRACES_FLAGS,
    otlp: {
      kind: "boolean",
      brief: "Send as OTLP/HTTP protobuf",
      default: false,
      withNegated: false,
    },
    format: { kind: "parsed", parse: text, brief: FORMATS_BRIEF, optional: true },
    all: { kind: "boolean", brief: "Every session", default: false, withNegated: false },
    out: {
      kind: "parsed",
      parse: text,
      brief: "File to write, or directory for parquet; readable by you alone",
      optional: true,
      placeholder: "PATH",
    },
    endpoint: {
      kind: "parsed",
      parse: text,
      brief: "Where to send them, instead of the endpoint of the settings",
      optional: true,
      placeholder: "URL",
    },
  },
  positional: { kind: "array", parameter: RUN },
  async run(run, ...typed) {
    const { flags } = run;
    if (flags.format !== undefined) return await exportFile(run, flags.format, typed);
    if (flags.otlp || flags.endpoint !== undefined) return await sendOtlp(run, onlyOne(typed));
    throw new OwllmError({
      code: "usage",
      message: "It is not said as what to export",
      recoverySuggestion: "owllm trace export last --format jsonl, or owllm trace export --otlp",
    });
  },
});

/** One session is sent at a time. */
function onlyOne([run, ...more]: readonly string[]): string | undefined {
  if (more.length === 0) return run;
  throw new OwllmError({
    code: "usage",
    message: "--otlp takes one session",
    recoverySuggestion: "Send them one after the other, or leave them out to send all that waits",
  });
}

async function sendOtlp({ cli, out, flags }: Run<Flags>, typed: string | undefined): Promise<void> {
  const { settings } = await loadSettings(cli, flags);
  const endpoint = flags.endpoint ?? settings.trace.otlpEndpoint;
  if (endpoint === undefined) {
    throw new OwllmError({
      code: "usage",
      message: "No OTLP endpoint is named",
      recoverySuggestion: "Add --endpoint http://127.0.0.1:6006, or set trace.otlp_endpoint",
    });
  }
  using state = await openTracesFor(cli, flags);
  const sessionId = typed === undefined ? undefined : traceById(state.traces, typed).id;
  const { sendTraces } = await import("../../trace/mod.ts");
  const sent = await sendTraces({
    traces: state.traces,
    endpoint,
    env: cli.env,
    owllmVersion: VERSION,
    project: settings.trace.project,
    clock: cli.clock,
    signal: cli.signal,
    sessionId,
    onNotice: (notice) => out.note(printable(notice)),
  });
  if (sent.refused > 0) cli.setExitCode(EXIT.failed);
  if (out.json) return out.printJson({ session_id: sessionId ?? null, ...sent });
  out.print(
    sent.sent === 0 && sent.refused === 0
      ? "Nothing waits to be sent"
      : `Sent ${sent.sent} span(s) to ${sent.endpoint}`,
  );
  if (sent.kept > 0) {
    out.note(`${sent.kept} span(s) that an endpoint refused are kept back for an hour`);
  }
}
