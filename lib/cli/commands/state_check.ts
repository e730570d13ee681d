import { EXIT } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";

/** `owllm state check`. */
export const stateCheck = defineCommand({
  brief: "Read the whole state file and say whether it is sound",
  examples: ["owllm state check", "owllm state check --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    using state = await openStateFor(cli, flags, "existing");
    const check = await state.check();
    if (!check.ok) cli.setExitCode(EXIT.failed);
    if (out.json) return out.printJson(check);
    const { style } = out;
    out.print(`${check.ok ? style.green("ok") : style.red("damaged")}  ${check.path}`);
    for (const line of check.integrity) out.print(`  ${line}`);
    if (check.broken_references > 0) {
      out.print(`  ${check.broken_references} rows refer to rows that are not there`);
    }
    out.print(`schema ${check.schema_version}, SQLite ${check.sqlite_version}`);
    out.print(`${check.size_bytes} bytes, and ${check.wal_bytes} in the log`);
    for (const [table, rows] of Object.entries(check.rows)) out.print(`${table}: ${rows} rows`);
    if (!check.ok) out.note(check.fix);
  },
});
