import { didYouMean, OwllmError } from "../../core/mod.ts";
import type { TraceFilter, TraceSessionRecord, TracesTable } from "../../state/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { tableLines } from "../table.ts";
import { printable, textWidth, wrap } from "../text_width.ts";
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatStatus,
  formatWhen,
  openRemark,
  parseCount,
  parseSince,
  sessionMs,
} from "../trace_lines.ts";
import { sessionJson } from "../trace_json.ts";
import { openTracesFor, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & {
  readonly model?: string;
  readonly status?: string;
  readonly since?: string;
  readonly tag?: string;
  readonly kind?: string;
  readonly limit: number;
};

const STATUSES = ["ok", "error", "open"] as const;

/** Characters of a long random id that a list shows, when no other id begins with them. */
const SHORT_ID = 16;

const text = (value: string): string => value;

/** `owllm trace list`. */
export const traceList = defineCommand<Flags>({
  brief: "List the traced sessions, the newest first",
  description: "Times are in UTC. TOKENS are those read and written by models. The beginning of " +
    "an id is enough for the other commands, and last names the newest session. A narrow terminal " +
    "shows fewer columns.",
  examples: [
    "owllm trace list",
    "owllm trace list --status error --since 3d",
    "owllm trace list --model qwen2.5-coder:7b --kind smoke --json",
  ],
  flags: {
    ...TRACES_FLAGS,
    model: { kind: "parsed", parse: text, brief: "Only of this model", optional: true },
    status: { kind: "parsed", parse: text, brief: "Only ok, error or open", optional: true },
    since: {
      kind: "parsed",
      parse: text,
      brief: "Only since 2h, 3d or 2026-11-01",
      optional: true,
      placeholder: "TIME",
    },
    tag: { kind: "parsed", parse: text, brief: "Only with this tag", optional: true },
    kind: {
      kind: "parsed",
      parse: text,
      brief: "Only smoke, run, rollout, program, …",
      optional: true,
    },
    limit: {
      kind: "parsed",
      parse: parseCount,
      brief: "Most sessions",
      default: "20",
      placeholder: "N",
    },
  },
  positional: { kind: "tuple", parameters: [] },
  async run(run) {
    const { cli, out, flags } = run;
    const filter = filterOf(flags, cli.clock.now());
    using state = await openTracesFor(cli, flags);
    // One more than is shown tells whether there are more.
    const found = state.traces.list({ ...filter, limit: flags.limit + 1 });
    const sessions = found.slice(0, flags.limit);
    const more = found.length > sessions.length;
    if (out.json) return out.printJson({ sessions: sessions.map((one) => sessionJson(one)), more });
    if (sessions.length === 0) return sayNone(run, state.traces);
    printTable(run, state.traces, sessions);
    if (more) out.note(`There are more: owllm trace list --limit ${flags.limit * 5}`);
  },
});

function filterOf(flags: Flags, now: Date): Omit<TraceFilter, "limit"> {
  const status = STATUSES.find((one) => one === flags.status);
  if (flags.status !== undefined && status === undefined) {
    throw new OwllmError({
      code: "usage",
      message: `"${flags.status}" is no status${didYouMean(flags.status, STATUSES)}`,
      recoverySuggestion: `There are: ${STATUSES.join(", ")}`,
    });
  }
  const since = flags.since === undefined ? undefined : parseSince(flags.since, now);
  return {
    model: flags.model,
    kind: flags.kind,
    tag: flags.tag,
    status,
    sinceUs: since === undefined ? undefined : Math.floor(since * 1e6),
  };
}

function sayNone({ out }: Run<Flags>, traces: TracesTable): void {
  const any = traces.list({ limit: 1 }).length > 0;
  out.print(any ? "No traced session is like that" : "Nothing is traced yet");
  out.note(any ? "  All: owllm trace list" : "  Trace something: owllm smoke model MODEL --trace");
}

function printTable(
  { cli, out }: Run<Flags>,
  traces: TracesTable,
  sessions: readonly TraceSessionRecord[],
): void {
  const now = cli.clock.now();
  const ids = new Map(sessions.map(({ id }) => [id, printable(shortId(traces, id))]));
  const cells = sessions.map((session): Readonly<Record<string, string>> => ({
    RUN: ids.get(session.id) ?? "",
    WHEN: formatWhen(session.createdUs / 1e6).slice(0, 16),
    BEGAN: formatAgo(session.createdUs / 1e6, now),
    KIND: printable(session.kind),
    MODEL: printable(session.model ?? "–"),
    STEPS: formatCount(session.steps),
    TOOLS: formatCount(session.toolCalls),
    TOKENS: formatCount(session.inputTokens + session.outputTokens),
    TIME: formatDuration(sessionMs(session)),
    STATUS: formatStatus(session.status, out.style),
  }));
  const titles = fittingTitles(cells, out.columns);
  const columns = titles.map((title) =>
    RIGHT.has(title) ? { title, align: "right" as const } : { title }
  );
  const rows = cells.map((row) => titles.map((title) => row[title] ?? ""));
  for (const line of tableLines(columns, rows, out)) out.print(line);
  for (const session of sessions.filter(({ status }) => status === null)) {
    const remark = `${ids.get(session.id)} is open: ${openRemark(session, now)}`;
    for (const line of wrap(remark, out.columns)) out.print(out.style.yellow(line));
  }
}

const TITLES = ["RUN", "WHEN", "KIND", "MODEL", "STEPS", "TOOLS", "TOKENS", "TIME", "STATUS"];
const RIGHT: ReadonlySet<string> = new Set(["STEPS", "TOOLS", "TOKENS", "TIME"]);

/** The columns that fit: on a narrow terminal how long ago it was, and then fewer of them. */
function fittingTitles(
  rows: readonly Readonly<Record<string, string>>[],
  columns: number,
): readonly string[] {
  const width = (titles: readonly string[]) =>
    titles.reduce((sum, title) => {
      const cells = [title, ...rows.map((row) => row[title] ?? "")];
      return sum + 2 + Math.max(...cells.map(textWidth));
    }, -2);
  const without = (...left: string[]) =>
    TITLES.map((title) => title === "WHEN" ? "BEGAN" : title)
      .filter((title) => !left.includes(title));
  const choices = [TITLES, without(), without("TOOLS"), without("TOOLS", "KIND")];
  return choices.find((titles) => width(titles) <= columns) ?? without("TOOLS", "KIND", "STEPS");
}

function shortId(traces: TracesTable, id: string): string {
  if (id.length <= SHORT_ID + 4) return id;
  const short = id.slice(0, SHORT_ID);
  return traces.idsLike(short, 2).length === 1 ? short : id;
}
