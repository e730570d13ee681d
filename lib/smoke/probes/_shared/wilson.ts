/** Quantile of the normal distribution for 95 % confidence, two-sided. */
const Z = 1.96;

/** Wilson's score interval for k successes in n tries, rounded to thousandths. */
export function wilsonInterval(k: number, n: number): readonly [low: number, high: number] {
  const p = k / n;
  const scale = 1 + Z ** 2 / n;
  const centre = (p + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  const round = (x: number) => Math.round(Math.min(1, Math.max(0, x)) * 1000) / 1000;
  return [round(centre - half), round(centre + half)];
}
