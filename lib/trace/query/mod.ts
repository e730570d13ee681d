/** Questions to stored traces. */
export { type Clip } from "./clip.ts";
export { searchEvents, type SearchFound, type SearchHit, type SearchOptions } from "./search.ts";
export { type SearchField } from "./search_terms.ts";
export { type Snippet } from "./snippet.ts";
