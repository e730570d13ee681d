/**
 * The smoke of a model: probes, their runner, reports of a run, and what is made of stored runs.
 * @module
 */
export * from "./diff.ts";
export * from "./fix/apply.ts";
export * from "./fix/plan.ts";
export { FAMILY_TEMPLATES } from "./fix/templates.ts";
export * from "./fix_order.ts";
export * from "./groups.ts";
export * from "./headline.ts";
export * from "./probe.ts";
export { PROBES, probesById, probesOfTier } from "./probes/list.ts";
export { deriveProfile, type Profile, ProfileSchema, type ToolMode } from "./profile.ts";
export * from "./report.ts";
export { runSmoke, type SmokeRun, type SmokeRunOptions, statusOf } from "./run.ts";
export type { SmokeEvent } from "./runner.ts";
export { smokeReportJsonSchema, SmokeReportSchema } from "./report_schema.ts";
export { type JunitOptions, renderJunit } from "./reports/junit.ts";
export { renderHtml } from "./reports/html.ts";
export * from "./verdict.ts";
