/**
 * The command line: argv in, exit code out. The only room that prints.
 * @module
 */
export { main } from "./main.ts";
