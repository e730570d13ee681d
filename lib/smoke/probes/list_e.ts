import type { Probe } from "../probe.ts";
import { embBasic } from "./emb_basic.ts";
import { perfCancel } from "./perf_cancel.ts";
import { perfCold } from "./perf_cold.ts";
import { perfKeepalive } from "./perf_keepalive.ts";
import { perfParallel } from "./perf_parallel.ts";
import { perfSpill } from "./perf_spill.ts";
import { perfStall } from "./perf_stall.ts";
import { perfTps } from "./perf_tps.ts";
import { perfTtft } from "./perf_ttft.ts";

/**
 * Group E in running order: the cold load before what needs the model warm, the speeds before the
 * probes that choose their sizes by them, and what may leave a ghost behind at the end.
 */
export const PROBES_E: readonly Probe[] = [
  perfCold,
  perfTtft,
  perfTps,
  perfSpill,
  perfKeepalive,
  perfStall,
  perfParallel,
  embBasic,
  perfCancel,
];
