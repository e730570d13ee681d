import type { ApprovalRecord } from "../state/mod.ts";
import type { ApprovalSubject } from "../tools/mod.ts";
import type { Reason } from "../policy/mod.ts";
import { reasonLines, type VerdictStyle } from "./policy_lines.ts";
import { verbatim, wrap } from "./text_width.ts";

/** More of a patch than this scrolls the question away; `approvals show` has all of it. */
const MAX_PROMPT_LINES = 60;

/** A request as a person judges it: the command with its reasons, or the patch as a coloured diff. */
export function approvalLines(record: ApprovalRecord, how: VerdictStyle, all = true): string[] {
  // The state file holds what the gate wrote: the same types, as JSON.
  const subject = record.subject as ApprovalSubject;
  const reasons = record.reasons as readonly Reason[];
  if (subject.kind === "command") return commandLines(subject.command, reasons, how);
  const diff = diffLines(subject.patch, how);
  const cut = all || diff.length <= MAX_PROMPT_LINES ? 0 : diff.length - MAX_PROMPT_LINES;
  return [
    ...reasons.flatMap(({ message }) => wrap(verbatim(message), how.columns)),
    ...diff.slice(0, diff.length - cut),
    ...cut === 0 ? [] : [how.style.dim(`… ${cut} more lines: owllm approvals show ${record.id}`)],
  ];
}

function commandLines(command: string, reasons: readonly Reason[], how: VerdictStyle): string[] {
  return [
    ...command.split("\n").map((line) => how.style.bold(verbatim(line))),
    ...reasons.flatMap((reason) => reasonLines(command, reason, undefined, 1, how)),
  ];
}

/** A unified diff with added lines green and removed ones red. */
export function diffLines(patch: string, { style }: VerdictStyle): string[] {
  return patch.replace(/\n$/, "").split("\n").map((line) => {
    const text = verbatim(line.replaceAll("\t", "    "));
    if (/^(?:diff |---|\+\+\+|new file|deleted file|old mode|new mode)/.test(line)) {
      return style.bold(text);
    }
    if (line.startsWith("@@")) return style.cyan(text);
    if (line.startsWith("+")) return style.green(text);
    return line.startsWith("-") ? style.red(text) : text;
  });
}
