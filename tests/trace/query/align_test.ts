import assert from "node:assert/strict";
import fc from "fast-check";
import { align, type Alignable } from "../../../lib/trace/query/align.ts";

interface Letter extends Alignable {
  readonly at: number;
}

/** Each letter is its own signature; its case makes it differ: `a` and `A` are similar. */
function letters(text: string): Letter[] {
  return [...text].map((letter, at) => ({
    at,
    fingerprint: letter,
    signature: letter.toLowerCase(),
  }));
}

function similarity(a: Alignable, b: Alignable): number {
  return a.signature === b.signature ? 50 : 0;
}

function shown(a: string, b: string): string[] {
  return align(letters(a), letters(b), similarity).pairs.map(([one, other]) =>
    `${one?.fingerprint ?? "-"}${other?.fingerprint ?? "-"}`
  );
}

const sequence = fc.stringMatching(/^[abcABC]{0,30}$/);

Deno.test("align() pairs the same before the similar, and never what is neither", () => {
  assert.deepEqual(shown("abc", "abc"), ["aa", "bb", "cc"]);
  assert.deepEqual(shown("abc", "ac"), ["aa", "b-", "cc"]);
  assert.deepEqual(shown("ac", "abc"), ["aa", "-b", "cc"]);
  assert.deepEqual(shown("aBc", "abc"), ["aa", "Bb", "cc"]);
  assert.deepEqual(shown("x", "y"), ["x-", "-y"]);
  assert.deepEqual(shown("Aab", "ab"), ["A-", "aa", "bb"]);
  assert.deepEqual(shown("", "ab"), ["-a", "-b"]);
  assert.deepEqual(shown("ab", ""), ["a-", "b-"]);
  assert.deepEqual(shown("aab", "ab").filter((pair) => pair.includes("-")).length, 1);
});

Deno.test("align() keeps all of both in their order, and pairs only what is alike", () => {
  fc.assert(fc.property(sequence, sequence, (a, b) => {
    const { pairs, approximate } = align(letters(a), letters(b), similarity);
    assert.equal(approximate, false);
    const left = pairs.flatMap(([one]) => one === null ? [] : [one.at]);
    const right = pairs.flatMap(([, other]) => other === null ? [] : [other.at]);
    assert.deepEqual(left, letters(a).map(({ at }) => at));
    assert.deepEqual(right, letters(b).map(({ at }) => at));
    for (const [one, other] of pairs) {
      if (one !== null && other !== null) assert.equal(one.signature, other.signature);
    }
  }));
});

Deno.test("align() of a sequence with itself pairs each with itself", () => {
  fc.assert(fc.property(sequence, (text) => {
    for (const [one, other] of align(letters(text), letters(text), similarity).pairs) {
      assert.equal(one?.at, other?.at);
    }
  }));
});

Deno.test("align() pairs as many of the same as the longest common subsequence has", () => {
  const onlySame = () => 0;
  fc.assert(fc.property(sequence, sequence, (a, b) => {
    const { pairs } = align(letters(a), letters(b), onlySame);
    const paired = pairs.filter(([one, other]) => one !== null && other !== null).length;
    assert.equal(paired, longestCommon(a, b));
  }));
});

function longestCommon(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let j = 1; j <= b.length; j++) {
      const here = letter === b[j - 1] ? (row[j - 1] ?? 0) + 1 : 0;
      next.push(Math.max(here, row[j] ?? 0, next[j - 1] ?? 0));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

Deno.test("align() compares 5,000 with 5,000 wholly, and more of them block by block", () => {
  const numbers = (count: number, first: number) =>
    Array.from({ length: count }, (_, i): Letter => ({
      at: i,
      fingerprint: String(first + i),
      signature: String(i % 7),
    }));
  const start = performance.now();
  const five = align(numbers(5_000, 0), numbers(5_000, 2_500), similarity);
  const ms = performance.now() - start;
  assert.equal(five.approximate, false);
  const same = five.pairs.filter(([a, b]) => a?.fingerprint === b?.fingerprint).length;
  assert.equal(same, 2_500);
  assert.ok(ms < 3_000, `${ms} ms`);
  const twenty = align(numbers(20_000, 0), numbers(20_000, 20_000), similarity);
  assert.equal(twenty.approximate, true);
  assert.equal(twenty.pairs.filter(([a]) => a !== null).length, 20_000);
});
