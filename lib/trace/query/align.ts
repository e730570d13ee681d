/** Something to align with its counterpart in another sequence. */
export interface Alignable {
  /** The same for two that are wholly the same. */
  readonly fingerprint: string;
  /** What it is made of, such as its kind and tool: only similar ones become a pair. */
  readonly signature: string;
}

/** Two that belong together, or one without a counterpart. */
export type AlignedPair<T> =
  | readonly [a: T, b: T]
  | readonly [a: T, b: null]
  | readonly [
    a: null,
    b: T,
  ];

/** Two sequences beside each other. */
export interface Alignment<T> {
  readonly pairs: readonly AlignedPair<T>[];
  /** True where they were too long to be compared each with each. */
  readonly approximate: boolean;
}

/** A pair of wholly the same weighs more than any ten similar ones that could be had for it. */
const SAME = 1_000;

/** The most comparisons: two sequences of 5,000 take 25 million, a fifth of a second. */
const MAX_CELLS = 30_000_000;

/**
 * Puts two sequences beside each other so that the pairs weigh most: those that are the same
 * first, then those with similar signatures. `similarity` is asked once for each two signatures
 * and gives 0 for those that must not become a pair, else up to 99. Longer sequences than can be
 * compared each with each are aligned block by block.
 */
export function align<T extends Alignable>(
  a: readonly T[],
  b: readonly T[],
  similarity: (a: T, b: T) => number,
): Alignment<T> {
  let start = 0;
  while (start < a.length && a[start]?.fingerprint === b[start]?.fingerprint) start++;
  let end = 0;
  const rest = Math.min(a.length, b.length) - start;
  while (end < rest && a.at(-1 - end)?.fingerprint === b.at(-1 - end)?.fingerprint) end++;
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  const blocks = Math.ceil(Math.sqrt(middleA.length * middleB.length / MAX_CELLS));
  const middle = Array.from({ length: blocks }, (_, block) => {
    const part = (of: readonly T[]) =>
      of.slice(
        Math.floor(of.length * block / blocks),
        Math.floor(of.length * (block + 1) / blocks),
      );
    return alignBlock(part(middleA), part(middleB), similarity);
  });
  const both = (from: number, to: number) =>
    a.slice(from, to).map((one, i) => [one, b[b.length - a.length + from + i] ?? one] as const);
  const alone = blocks > 0 ? [] : [
    ...middleA.map((one) => [one, null] as const),
    ...middleB.map((one) => [null, one] as const),
  ];
  return {
    pairs: [
      ...a.slice(0, start).map((one, i) => [one, b[i] ?? one] as const),
      ...middle.flat(),
      ...alone,
      ...both(a.length - end, a.length),
    ],
    approximate: blocks > 1,
  };
}

/** The best alignment by dynamic programming, from the end, so that it is read from the start. */
function alignBlock<T extends Alignable>(
  a: readonly T[],
  b: readonly T[],
  similarity: (a: T, b: T) => number,
): AlignedPair<T>[] {
  const weigh = weights(a, b, similarity);
  const width = b.length + 1;
  const moves = new Uint8Array(a.length * width);
  let below = new Int32Array(width);
  let row = new Int32Array(width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const weight = weigh(i, j);
      const skipA = below[j] ?? 0;
      const skipB = row[j + 1] ?? 0;
      const pair = weight === 0 ? -1 : weight + (below[j + 1] ?? 0);
      const best = Math.max(pair, skipA, skipB);
      row[j] = best;
      moves[i * width + j] = best === pair ? PAIR : best === skipA ? SKIP_A : SKIP_B;
    }
    [below, row] = [row, below];
    row.fill(0);
  }
  return follow(a, b, moves);
}

const SKIP_A = 0;
const SKIP_B = 1;
const PAIR = 2;

function follow<T>(a: readonly T[], b: readonly T[], moves: Uint8Array): AlignedPair<T>[] {
  const pairs: AlignedPair<T>[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const one = a[i];
    const other = b[j];
    if (one === undefined && other === undefined) return pairs;
    const move = one === undefined ? SKIP_B : moves[i * (b.length + 1) + j];
    if (one !== undefined && other !== undefined && move === PAIR) {
      pairs.push([one, other]);
      i++;
      j++;
    } else if (one !== undefined && (other === undefined || move === SKIP_A)) {
      pairs.push([one, null]);
      i++;
    } else if (other !== undefined) {
      pairs.push([null, other]);
      j++;
    }
  }
}

/** The weight of each pair, with the similarity of two signatures asked for once. */
function weights<T extends Alignable>(
  a: readonly T[],
  b: readonly T[],
  similarity: (a: T, b: T) => number,
): (i: number, j: number) => number {
  const number = numbering();
  const fingerprints = [a, b].map((of) => Int32Array.from(of, (one) => number(one.fingerprint)));
  const [fingerprintA = new Int32Array(), fingerprintB = new Int32Array()] = fingerprints;
  const kind = numbering();
  const kindA = Int32Array.from(a, (one) => kind(one.signature));
  const kindB = Int32Array.from(b, (one) => kind(one.signature));
  const exampleA = new Map(a.map((one, i) => [kindA[i] ?? 0, one]));
  const exampleB = new Map(b.map((one, j) => [kindB[j] ?? 0, one]));
  const kinds = exampleB.size + exampleA.size;
  const known = new Weights(kinds * kinds);
  return (i, j) => {
    if (fingerprintA[i] === fingerprintB[j]) return SAME;
    const [one, other] = [kindA[i] ?? 0, kindB[j] ?? 0];
    const key = one * kinds + other;
    const weight = known.get(key);
    if (weight !== undefined) return weight;
    const [a, b] = [exampleA.get(one), exampleB.get(other)];
    return known.set(key, a === undefined || b === undefined ? 0 : similarity(a, b));
  };
}

/** Weights by a number; in an array as long as they are few, which is many times faster. */
class Weights {
  readonly #array: Uint8Array | undefined;
  readonly #map = new Map<number, number>();

  constructor(size: number) {
    if (size <= MAX_CELLS) this.#array = new Uint8Array(size).fill(UNKNOWN);
  }

  get(key: number): number | undefined {
    if (this.#array === undefined) return this.#map.get(key);
    const weight = this.#array[key];
    return weight === UNKNOWN ? undefined : weight;
  }

  set(key: number, weight: number): number {
    if (this.#array === undefined) this.#map.set(key, weight);
    else this.#array[key] = weight;
    return weight;
  }
}

const UNKNOWN = 255;

function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}
