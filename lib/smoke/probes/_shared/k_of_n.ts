import { fail, type Measured, pass, type ProbeOutcome, warn } from "../../probe.ts";

/** What to say when not all of n tries went well. */
export interface Shortfall {
  readonly diagnosis: string;
  readonly fix: string;
}

/** All good: pass; all but one of at least three: warn; fewer: fail. */
export function kOfN(
  k: number,
  n: number,
  measured: Measured,
  { diagnosis, fix }: Shortfall,
): ProbeOutcome {
  const counted = { k, n, passed_of: `${k}/${n}`, ...measured };
  if (k === n) return pass(counted);
  return (n >= 3 && k === n - 1 ? warn : fail)(counted, diagnosis, fix);
}
