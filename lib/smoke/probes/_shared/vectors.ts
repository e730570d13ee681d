/** A vector as a server gives it. */
export type Vector = readonly number[];

/** Cosine of the angle between two vectors of equal length; 0 when one is empty or all zeros. */
export function cosine(a: Vector, b: Vector): number {
  const dot = a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const length = Math.hypot(...a) * Math.hypot(...b);
  return length === 0 ? 0 : dot / length;
}
