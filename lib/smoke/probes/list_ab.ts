import type { Probe } from "../probe.ts";
import { apiParams } from "./api_params.ts";
import { errUnknownModel } from "./err_unknown_model.ts";
import { genBasic } from "./gen_basic.ts";
import { genLoop } from "./gen_loop.ts";
import { genMaxTokens } from "./gen_max_tokens.ts";
import { genRoles } from "./gen_roles.ts";
import { genSchema } from "./gen_schema.ts";
import { genSchemaForced } from "./gen_schema_forced.ts";
import { genSeed } from "./gen_seed.ts";
import { genSpecial } from "./gen_special.ts";
import { genStop } from "./gen_stop.ts";
import { genStream } from "./gen_stream.ts";
import { genSystem } from "./gen_system.ts";
import { genThinkLeak } from "./gen_think_leak.ts";
import { genThinkOff } from "./gen_think_off.ts";
import { genUsage } from "./gen_usage.ts";
import { genUtf8 } from "./gen_utf8.ts";
import { metaCaps } from "./meta_caps.ts";
import { metaQuant } from "./meta_quant.ts";
import { modelExists } from "./model_exists.ts";
import { srvExpose } from "./srv_expose.ts";
import { srvKind } from "./srv_kind.ts";
import { srvReach } from "./srv_reach.ts";

/** Groups A and B in running order: what ends the run first, then what shares a prompt. */
export const PROBES_AB: readonly Probe[] = [
  srvReach,
  srvKind,
  modelExists,
  errUnknownModel,
  metaCaps,
  metaQuant,
  srvExpose,
  apiParams,
  genBasic,
  genStream,
  genUsage,
  genMaxTokens,
  genStop,
  genSpecial,
  genLoop,
  genSystem,
  genRoles,
  genSeed,
  genUtf8,
  genSchema,
  genSchemaForced,
  genThinkLeak,
  genThinkOff,
];
