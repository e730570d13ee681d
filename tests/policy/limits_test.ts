/** No text keeps the judge busy, and one that would is not allowed. */
import assert from "node:assert/strict";
import { decide } from "../../lib/policy/mod.ts";
import { HOSTILE_WORLD } from "../support/policy_worlds.ts";

/** Far above what a judgement of the longest text takes here (0.4 s), far below what the growth would take. */
const MOST_MS = 10_000;

const times = (text: string, count: number) => text.repeat(count);

/** Texts whose meaning grows much faster than their length. */
const GROWING: Readonly<Record<string, string>> = {
  "a variable that doubles": `a=x; ${times("a=$a$a; ", 60)}echo $a`,
  "a quoted variable that doubles": `a=x; ${times('a="$a$a"; ', 60)}ls "$a"`,
  "an array that doubles": `a=(x); ${times('a=("${a[@]}" "${a[@]}"); ', 60)}ls "\${a[@]}"`,
  "parameters that double": `set -- x; ${times('set -- "$@" "$@"; ', 60)}ls "$@"`,
  "an output that doubles": `a=x; ${times("a=$(echo $a$a); ", 60)}ls $a`,
  "a loop that doubles": `a=x; for i in ${times("1 ", 24)}; do a=$a$a; done; ls $a`,
  "a function that doubles": `f() { a=$a$a; }; a=x; ${times("f; ", 60)}ls $a`,
  "loops in loops": `${times("for a in 1 2 3 4 5 6 7 8 9; do ", 9)}ls $a${times("; done", 9)}`,
  "functions that call twice": `${
    Array.from({ length: 40 }, (_, i) => `f${i}() { f${i + 1}; f${i + 1}; }; `).join("")
  }f40() { ls; }; f0`,
  "an unknown program with many commands as words": `frobnicate ${times("rm ", 6000)}`,
  "unknown programs in wrappers in unknown programs": times("frobnicate env ", 1300),
  "braces": `echo ${times("{a,b}", 60)}`,
};

for (const [name, text] of Object.entries(GROWING)) {
  Deno.test(`decide() does not allow ${name}, and says so soon`, () => {
    const began = performance.now();
    assert.notEqual(decide(text, HOSTILE_WORLD).decision, "allow");
    assert.ok(performance.now() - began < MOST_MS);
  });
}
