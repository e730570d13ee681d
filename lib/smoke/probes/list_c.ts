import type { Probe } from "../probe.ts";
import { ctxDeclared } from "./ctx_declared.ts";
import { ctxKvReuse } from "./ctx_kv_reuse.ts";
import { ctxOverflow } from "./ctx_overflow.ts";
import { ctxReal } from "./ctx_real.ts";
import { ctxToolsSurvive } from "./ctx_tools_survive.ts";

/** Group C in running order. */
export const PROBES_C: readonly Probe[] = [
  ctxDeclared,
  ctxReal,
  ctxKvReuse,
  ctxOverflow,
  ctxToolsSurvive,
];
