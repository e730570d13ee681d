/** A rule of a `policy.toml`, checked in its form; its examples have not been run. */
export interface ConfiguredRule {
  readonly name: string;
  readonly decision: "approve" | "deny";
  readonly pattern: readonly (string | readonly string[])[];
  readonly justification: string;
  readonly match: readonly string[];
  readonly notMatch: readonly string[];
}

/** The fields of `[rules.<name>]`, by their names in the file, and what each must be. */
export const RULE_FIELDS: Readonly<Record<string, string>> = {
  decision: '"approve" or "deny": a rule can only make a decision stricter',
  pattern:
    'the first words of a command such as ["git", "push", "**", ["-f", "--force*"]], a choice as a list in the list',
  justification: "a text that is not empty, which is shown as the reason",
  match: 'a list of at least one command that the rule applies to, such as ["git push -f"]',
  not_match: 'a list of commands that the rule does not apply to, such as ["git push"]',
};

/** The names that the fields of a rule have in the file. */
export const RULE_KEYS = {
  decision: "decision",
  pattern: "pattern",
  justification: "justification",
  match: "match",
  notMatch: "not_match",
} as const satisfies Readonly<Record<Exclude<keyof ConfiguredRule, "name">, string>>;
