/**
 * What every room may use: errors, results, time, ids, cancelling, near names, units, markup. Imports
 * nothing of ours.
 * @module
 */
export * from "./abort.ts";
export * from "./clock.ts";
export * from "./error.ts";
export * from "./format.ts";
export * from "./ids.ts";
export * from "./markup.ts";
export * from "./result.ts";
export * from "./suggest.ts";
