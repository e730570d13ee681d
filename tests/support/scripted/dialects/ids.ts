const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A random-looking id that is the same whenever the seed is: FNV-1a, stretched. */
export function idOf(seed: string, length: number): string {
  let hash = 0x811c9dc5;
  const mix = (code: number) => hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
  for (let i = 0; i < seed.length; i++) mix(seed.charCodeAt(i));
  return Array.from({ length }, (_, i) => {
    mix(i + 1);
    return ALPHABET[(hash >>> 8) % ALPHABET.length];
  }).join("");
}
