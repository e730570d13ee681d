/**
 * The hands of a model: tools over one repository, each a schema with an operation. Reads stay
 * inside the repository; commands pass the policy and, where it says so, a person, and run in the
 * sandbox; every write is a checked patch that can be taken back.
 * @module
 */
export {
  type ApprovalGate,
  type ApprovalGateOptions,
  type ApprovalMode,
  ApprovalPendingError,
  type AskPerson,
  createApprovalGate,
  type PersonAnswer,
} from "./approvals/gate.ts";
export {
  type ApprovalSubject,
  type CommandSubject,
  type FileHash,
  hashFile,
  type PatchSubject,
  subjectHash,
} from "./approvals/subject.ts";
export { type ToolFailure, toolFailure, ValidationError } from "./failure.ts";
export { InstrumentedTool, type ToolInvocation, type ToolOutcome } from "./instrumented.ts";
export { recoverChange, undoChange } from "./patch/patches.ts";
export {
  type AnyTool,
  type JsonSchema,
  parametersOf,
  type Tool,
  type ToolEffect,
  type ToolResult,
} from "./tool.ts";
export { createToolbox, type Toolbox, type ToolboxOptions } from "./toolbox.ts";
export { truncate, type Truncated, type TruncateOptions } from "./truncate.ts";
