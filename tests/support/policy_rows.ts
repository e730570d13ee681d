import assert from "node:assert/strict";
import { decide, type Decision, type PolicyContext, type Reason } from "../../lib/policy/mod.ts";

/** The words of all reasons, those inside others included. */
export function codesOf(reasons: readonly Reason[]): string[] {
  return reasons.flatMap((reason) => [reason.code, ...codesOf(reason.children ?? [])]);
}

/** Asserts the decision of each command; all wrong ones are shown at once. */
export function assertDecisions(
  expected: Decision,
  commands: readonly string[],
  context: PolicyContext,
): void {
  const wrong = commands.flatMap((command) => {
    const { decision, reasons } = decide(command, context);
    return decision === expected
      ? []
      : [`${command}: ${decision} (${codesOf(reasons).join(", ")})`];
  });
  assert.deepEqual(wrong, [], `not ${expected}`);
}

/** Asserts that no command is allowed. */
export function assertNeverAllowed(commands: readonly string[], context: PolicyContext): void {
  const wrong = commands.filter((command) => decide(command, context).decision === "allow");
  assert.deepEqual(wrong, [], "allowed");
}
