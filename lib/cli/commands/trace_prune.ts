import { OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { formatCount, formatWhen, parseSince } from "../trace_lines.ts";
import { printable } from "../text_width.ts";
import { openTracesFor, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & { readonly older?: string; readonly dryRun: boolean };

/** `owllm trace prune --older 30d`. */
export const tracePrune = defineCommand<Flags>({
  brief: "Remove traced sessions that began long ago; pinned ones stay",
  examples: [
    "owllm trace prune --older 30d --dry-run",
    "owllm trace prune --older 30d",
    "owllm trace prune --older 2026-11-01 --json",
  ],
  flags: {
    ...TRACES_FLAGS,
    older: {
      kind: "parsed",
      parse: (value: string): string => value,
      brief: "Those that began before 12h, 30d or 2026-11-01",
      optional: true,
      placeholder: "TIME",
    },
    dryRun: {
      kind: "boolean",
      brief: "Only tell what would be removed",
      default: false,
      withNegated: false,
    },
  },
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const before = beforeOf(flags.older, cli.clock.now());
    const { dryRun } = flags;
    using state = await openTracesFor(cli, flags);
    const beforeUs = Math.floor(before * 1e6);
    const { sessions, entries, pinned } = state.traces.prune({ beforeUs, dryRun });
    if (out.json) {
      return out.printJson({ before, dry_run: dryRun, sessions, entries, kept_pinned: pinned });
    }
    if (dryRun) { for (const id of sessions) out.print(printable(id)); }
    const what = `${formatCount(sessions.length)} session(s) with ${
      formatCount(entries)
    } record(s)`;
    out.print(`${dryRun ? "Would remove" : "Removed"} ${what} from before ${formatWhen(before)}`);
    if (pinned > 0) out.note(`${formatCount(pinned)} old session(s) stay: they are pinned`);
  },
});

/** Without a time nothing is removed: there is no age that everybody would expect. */
function beforeOf(older: string | undefined, now: Date): number {
  const fix = "E.g. owllm trace prune --older 30d --dry-run";
  if (older === undefined) {
    throw new OwllmError({
      code: "usage",
      message: "It is not said which sessions are old",
      recoverySuggestion: fix,
    });
  }
  try {
    return parseSince(older, now);
  } catch (error) {
    if (!(error instanceof OwllmError)) throw error;
    const { code, message } = error;
    throw new OwllmError({ code, message, recoverySuggestion: fix });
  }
}
