import type { Call } from "../call.ts";
import type { FlagLists, Table } from "../table.ts";
import { known } from "../values.ts";

/** Flags that every checker has. */
export const HELP = "--help --version -h -V -q -v --quiet --verbose";
/** A command that a person decides; what it would run is judged for denials. */
export const refusedTo = (role: "net" | "approve" | "write"): Table => ({
  style: "none",
  operands: "text",
  always: { role, why: "" },
  whole: tryTails,
});

/** What a build tool is given may itself be a command. */
function tryTails(call: Call): void {
  for (const [index, arg] of call.args.entries()) {
    call.lookForDenials(arg);
    if (known(arg) === "--") {
      call.session.recorder.onlyDenials(() => call.child(call.args.slice(index + 1)));
    }
  }
}

/** A checker of the repository: it may be called from the repository's own environment. */
export const checker = (
  flags: FlagLists,
  operands: Table["operands"] = "text",
  more: Partial<Table> = {},
): Table => ({
  style: "exact",
  operands,
  runner: true,
  ...more,
  flags: { ...flags, none: `${HELP} ${flags.none ?? ""}` },
});
