/**
 * The judge of commands: text in, decision with reasons and effects out. Pure: what it must know about
 * files comes through a probe.
 * @module
 */
export { decide, decideArgv } from "./decide.ts";
export type * from "./types.ts";
