/** Longest command text that is judged, in UTF-16 units; no everyday command comes near it. */
export const MAX_LENGTH = 20_000;
/** Deepest nesting of scripts, functions and child commands. */
export const MAX_DEPTH = 24;
/** Most commands judged for one text: loops and functions are judged for each known value. */
export const MAX_STEPS = 3_000;
/** Most words that one word may expand to. */
export const MAX_FIELDS = 256;
/** Most directories that a command may run in before its place counts as unknown. */
export const MAX_DIRECTORIES = 8;
/**
 * Most that is looked at in one judgement: words of commands, and what variables and outputs put into words, in
 * characters and pieces. `a=$a$a` doubles each time; every tail of an unknown program is tried as a command.
 */
export const MAX_WORK = 200_000;
