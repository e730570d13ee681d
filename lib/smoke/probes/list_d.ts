import type { Probe } from "../probe.ts";
import { toolChain } from "./tool_chain.ts";
import { toolChoice } from "./tool_choice.ts";
import { toolEscape } from "./tool_escape.ts";
import { toolFlaky } from "./tool_flaky.ts";
import { toolInContent } from "./tool_in_content.ts";
import { toolIrrelevant } from "./tool_irrelevant.ts";
import { toolLongArgs } from "./tool_long_args.ts";
import { toolMany } from "./tool_many.ts";
import { toolOne } from "./tool_one.ts";
import { toolParallel } from "./tool_parallel.ts";
import { toolRecover } from "./tool_recover.ts";
import { toolReplay } from "./tool_replay.ts";
import { toolResult } from "./tool_result.ts";
import { toolStream } from "./tool_stream.ts";
import { toolTypes } from "./tool_types.ts";
import { toolUnknown } from "./tool_unknown.ts";
import { toolWithSchema } from "./tool_with_schema.ts";
import { toolWithThink } from "./tool_with_think.ts";

/** Group D in running order: first those that share one tool, so that its prefill is paid once. */
export const PROBES_D: readonly Probe[] = [
  toolOne,
  toolInContent,
  toolStream,
  toolResult,
  toolParallel,
  toolIrrelevant,
  toolEscape,
  toolWithSchema,
  toolWithThink,
  toolReplay,
  toolChoice,
  toolUnknown,
  toolRecover,
  toolChain,
  toolTypes,
  toolLongArgs,
  toolMany,
  toolFlaky,
];
