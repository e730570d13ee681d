import { OwllmError } from "../../core/mod.ts";
import type { ApprovalScope, State } from "../../state/mod.ts";
import { APPROVAL, approvalById, approvalJson, standing } from "../approvals.ts";
import { type Cli, defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { printable } from "../text_width.ts";

type ApproveFlags = { readonly session: boolean; readonly always: boolean };
type DenyFlags = { readonly reason?: string };

/** `owllm approvals approve APPROVAL`. */
export const approvalsApprove = defineCommand<ApproveFlags, [id: string]>({
  brief: "Say yes to exactly what was asked; it holds for one use",
  description:
    "An approval binds to the command or patch, its directory, the image and the files " +
    "that it reads. When any of these changes, it is void.",
  examples: [
    "owllm approvals approve last",
    "owllm approvals approve approval_1k7u --session",
  ],
  flags: {
    session: {
      kind: "boolean",
      brief: "For every use of the same thing in the run that asked",
      default: false,
      withNegated: false,
    },
    always: {
      kind: "boolean",
      brief: "For every use of the same thing in the repository, until it expires",
      default: false,
      withNegated: false,
    },
  },
  positional: { kind: "tuple", parameters: [APPROVAL] },
  async run({ cli, out, flags }, id) {
    using state = await openStateFor(cli, flags);
    const scope = flags.always ? "always" : flags.session ? "session" : "once";
    const record = answer(cli, state, id, { approved: true, scope, remark: null });
    if (out.json) return out.printJson(approvalJson(record, cli.clock.now()));
    out.print(`Approved, ${scope}: ${printable(record.title)}`);
  },
});

/** `owllm approvals deny APPROVAL`. */
export const approvalsDeny = defineCommand<DenyFlags, [id: string]>({
  brief: "Say no; the model is told the reason",
  examples: [
    "owllm approvals deny last",
    'owllm approvals deny approval_1k7u --reason "Use the standard library"',
  ],
  flags: {
    reason: {
      kind: "parsed",
      parse: (text: string): string => text,
      brief: "What the model is told",
      optional: true,
      placeholder: "TEXT",
    },
  },
  positional: { kind: "tuple", parameters: [APPROVAL] },
  async run({ cli, out, flags }, id) {
    using state = await openStateFor(cli, flags);
    const remark = flags.reason?.trim() || null;
    const record = answer(cli, state, id, { approved: false, scope: "once", remark });
    if (out.json) return out.printJson(approvalJson(record, cli.clock.now()));
    out.print(`Denied: ${printable(record.title)}`);
  },
});

function answer(
  cli: Cli,
  state: State,
  typed: string,
  said: {
    readonly approved: boolean;
    readonly scope: ApprovalScope;
    readonly remark: string | null;
  },
) {
  const record = approvalById(state, typed);
  const answered = state.approvals.answer(record.id, said);
  if (answered !== undefined) return answered;
  const now = standing(state.approvals.get(record.id) ?? record, cli.clock.now());
  throw new OwllmError({
    code: "usage",
    message: `"${record.id}" no longer waits for an answer: ${now}`,
    recoverySuggestion: "Make the call again; it asks anew   what waits: owllm approvals list",
    context: { approval: record.id },
  });
}
