import { approvalLines } from "../approval_lines.ts";
import { APPROVAL, approvalById, approvalJson, standing } from "../approvals.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { printable } from "../text_width.ts";

/** `owllm approvals show APPROVAL`. */
export const approvalsShow = defineCommand<Record<never, never>, [id: string]>({
  brief: "Show what was asked: the command with its reasons, or the patch",
  examples: ["owllm approvals show last", "owllm approvals show approval_1k7u --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [APPROVAL] },
  async run({ cli, out, flags }, id) {
    using state = await openStateFor(cli, flags);
    const record = approvalById(state, id);
    const now = cli.clock.now();
    if (out.json) return out.printJson(approvalJson(record, now));
    const { style, columns } = out;
    out.print(`${style.bold(record.id)}  ${standing(record, now)}`);
    out.print(
      `${record.kind} in ${printable(record.repository)}, asked ${
        record.createdAt.slice(0, 19).replace("T", " ")
      }, holds until ${record.expiresAt.slice(0, 19).replace("T", " ")}`,
    );
    if (record.remark !== null) out.print(`said: ${printable(record.remark)}`);
    out.print();
    for (const line of approvalLines(record, { style, columns })) out.print(line);
    if (standing(record, now) === "waiting") {
      out.note(`owllm approvals approve ${record.id}   or: owllm approvals deny ${record.id}`);
    }
  },
});
