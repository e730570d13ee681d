import type { LoadedModel } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { READ_LOG } from "../fixes/server.ts";
import { FIT_GPU } from "../fixes/speed.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { hasGraphicsCard } from "./_shared/graphics_card.ts";
import { warmUp } from "./_shared/speed.ts";
import { formatTokens } from "./_shared/text.ts";

/** With less of the model than this on the graphics card, most of each token is made by the CPU. */
const LEAST_SHARE = 0.5;

/** Contexts are asked for in steps of so many tokens. */
const CONTEXT_STEP = 1_024;

/** Is the whole model on the graphics card, or does a part of it run on the CPU? */
export const perfSpill: Probe = {
  id: "perf.spill",
  group: "E",
  tier: "quick",
  title: "the model lies on the graphics card as a whole",
  needs: {},
  run: spill,
};

async function spill(context: ProbeContext): Promise<ProbeOutcome> {
  await warmUp(context);
  const loaded = await context.loaded();
  const { sizeBytes, gpuBytes, contextTokens } = loaded ?? {};
  if (!sizeBytes || gpuBytes === undefined) {
    return skip("The server does not tell where the model lies (its log may)");
  }
  const share = Math.min(1, gpuBytes / sizeBytes);
  const measured = {
    gpu_percent: share === 1 ? 100 : Math.min(99.9, Math.round(share * 1000) / 10),
    size_bytes: sizeBytes,
    gpu_bytes: gpuBytes,
    context_tokens: contextTokens ?? null,
  };
  if (share === 1) return pass(measured);
  if (share === 0) return await onCpu(context, measured);
  return await partial(context, loaded ?? {}, share, measured);
}

/** Nothing is on a graphics card: fine where there is none. */
async function onCpu(
  context: ProbeContext,
  measured: ProbeOutcome["measured"],
): Promise<ProbeOutcome> {
  if (context.server.kind === "builtin" || !await hasGraphicsCard()) {
    return pass({ ...measured, note: "runs on the CPU" });
  }
  return warn(
    measured,
    "The model runs on the CPU although this machine has a graphics card",
    fixFor(context, READ_LOG),
  );
}

/** A part of each token is made by the CPU, and the graphics card waits for it. */
async function partial(
  context: ProbeContext,
  loaded: LoadedModel,
  share: number,
  measured: ProbeOutcome["measured"],
): Promise<ProbeOutcome> {
  const fits = await contextThatFits(context, loaded);
  const wanted = context.settings.agentContextTokens;
  const cpu = Math.max(1, Math.round((1 - share) * 100));
  const because = loaded.contextTokens === undefined
    ? ""
    : ` with a context of ${formatTokens(loaded.contextTokens)}`;
  const room = fits === undefined
    ? ""
    : fits > 0
    ? `; about ${formatTokens(fits)} would fit`
    : "; the weights alone do not fit";
  return (share < LEAST_SHARE ? fail : warn)(
    { ...measured, fits_tokens: fits ?? null },
    `${cpu} % of the model run on the CPU${because}${room}`,
    fixFor(context, FIT_GPU, { fits: fits ?? 0, wanted }),
  );
}

/**
 * The context with which everything would lie on the graphics card: what is loaded besides the
 * weights grows with the context. 0 when the weights alone are too big; undefined when the server
 * does not tell enough.
 */
async function contextThatFits(
  { provider, model, signal }: ProbeContext,
  { sizeBytes = 0, gpuBytes = 0, contextTokens }: LoadedModel,
): Promise<number | undefined> {
  const listed = (await provider.listModels(signal))
    .find(({ name }) => name === model || name === `${model}:latest`);
  if (listed?.sizeBytes === undefined || contextTokens === undefined) return undefined;
  const bytesPerToken = (sizeBytes - listed.sizeBytes) / contextTokens;
  if (bytesPerToken <= 0) return undefined;
  const tokens = (gpuBytes - listed.sizeBytes) / bytesPerToken;
  return Math.max(0, Math.floor(tokens / CONTEXT_STEP) * CONTEXT_STEP);
}
