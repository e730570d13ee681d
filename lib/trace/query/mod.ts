/** Questions to stored traces. */
export { type Clip } from "./clip.ts";
export type { CallText, MessageText, ToolCallText, TraceItem } from "./items.ts";
export {
  type OutlineItem,
  outlineOf,
  type OutlineOptions,
  type OutlinePart,
  type OutlineStep,
  type TraceOutline,
} from "./outline.ts";
export { searchEvents, type SearchFound, type SearchHit, type SearchOptions } from "./search.ts";
export { type SearchField } from "./search_terms.ts";
export { type Snippet } from "./snippet.ts";
export { type TraceChange } from "./changes.ts";
export {
  type Cost,
  diffTraces,
  type ItemDiff,
  type StepDiff,
  type StepPlace,
  type TraceDiff,
} from "./diff.ts";
