/** Ids as a parameter. */
export interface Ids {
  /** A new id such as `smoke_01jd3m…`: sorts by time of creation, unique across processes. */
  next(prefix: string): string;
}

/** Random numbers as a parameter. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/** The machine's random numbers. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** Ids of 48 bits of time and 50 random bits in base 32: readable, sortable, typed by prefix. */
export function createIds(now: () => Date, random: Random): Ids {
  return {
    next(prefix) {
      const time = now().getTime().toString(32).padStart(9, "0");
      const noise = Array.from(random.bytes(10), (byte) => (byte & 31).toString(32)).join("");
      return `${prefix}_${time}${noise}`;
    },
  };
}
