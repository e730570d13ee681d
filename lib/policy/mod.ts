/**
 * The judge of commands: text in, decision with reasons and effects out. Pure: what it must know about
 * files comes through a probe.
 * @module
 */
export { decide, decideArgv } from "./decide.ts";
export {
  createRule,
  type FailedExample,
  failedExamples,
  type PatternWord,
  type RuleSpec,
} from "./rule_pattern.ts";
export { knownPrograms } from "./specs/mod.ts";
export type * from "./types.ts";
