import { judgeAssignment } from "./environment.ts";
import type { Session } from "./session.ts";
import type { Span } from "./recorder.ts";
import type { ShellState, Variable } from "./state.ts";
import { known } from "./values.ts";

/**
 * Sets a variable by something else than a plain assignment (`for PATH in …`, `read`, arithmetic): it counts
 * like one.
 */
export function setVariable(
  session: Session,
  state: ShellState,
  name: string,
  variable: Variable,
  at: Span,
): void {
  const value = known({ pieces: variable.pieces, start: 0, end: 0 });
  const finding = judgeAssignment(name, value);
  if (finding !== undefined) session.recorder.find(finding, at);
  const exported = state.variables.get(name)?.exported === true;
  state.variables.set(name, exported ? { ...variable, exported } : variable);
}
