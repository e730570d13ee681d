import { approvalJson, standing } from "../approvals.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { tableLines } from "../table.ts";
import { printable, truncate } from "../text_width.ts";

type Flags = { readonly all: boolean };

/** Most requests that are listed. */
const MOST = 200;

/** `owllm approvals list`. */
export const approvalsList = defineCommand<Flags>({
  brief: "List what waits for a person, the newest first",
  examples: ["owllm approvals list", "owllm approvals list --all --json"],
  flags: {
    all: {
      kind: "boolean",
      brief: "Also what was answered, used or has expired",
      default: false,
      withNegated: false,
    },
  },
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    using state = await openStateFor(cli, flags);
    const now = cli.clock.now();
    const found = state.approvals.list({ limit: MOST })
      .filter((one) => flags.all || standing(one, now) === "waiting");
    if (out.json) return out.printJson({ approvals: found.map((one) => approvalJson(one, now)) });
    if (found.length === 0) return out.print("Nothing waits for you");
    const rows = found.map((one) => [
      one.id,
      one.createdAt.slice(0, 16).replace("T", " "),
      standing(one, now),
      truncate(printable(one.title), 60),
    ]);
    const columns = ["ID", "WHEN", "STATUS", "WHAT"].map((title) => ({ title }));
    for (const line of tableLines(columns, rows, out)) out.print(line);
    out.note("One of them: owllm approvals show ID   then: owllm approvals approve ID");
  },
});
