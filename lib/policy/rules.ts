import type { Finding } from "./paths.ts";
import type { Rule } from "./types.ts";
import { type Arg, known } from "./values.ts";

/** What the user's rules say of one command; they can only speak against it. */
export function applyRules(args: readonly Arg[], rules: readonly Rule[]): Finding[] {
  if (rules.length === 0) return [];
  const argv = args.map(known);
  return rules.filter((rule) => rule.matches(argv)).map((rule) => ({
    decision: rule.decision,
    code: "rule",
    message: `Rule "${rule.name}": ${rule.justification}`,
  }));
}
