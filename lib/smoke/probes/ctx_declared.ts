import { fixFor } from "../fixes.ts";
import { LONGER_MODEL, MORE_CONTEXT } from "../fixes/context.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { formatTokens } from "./_shared/text.ts";
import { ping } from "./_shared/ping.ts";

/** Three numbers: what the weights can, what is loaded, what an agent needs. */
export const ctxDeclared: Probe = {
  id: "ctx.declared",
  group: "C",
  tier: "quick",
  title: "the context that is loaded suffices for an agent",
  needs: {},
  run: compare,
};

async function compare(context: ProbeContext): Promise<ProbeOutcome> {
  const description = await context.describe();
  const loaded = await loadedContext(context) ?? description?.contextConfigured;
  const trained = description?.contextTrained;
  const wanted = context.settings.agentContextTokens;
  const measured = {
    declared_tokens: trained ?? null,
    loaded_tokens: loaded ?? null,
    wanted_tokens: wanted,
  };
  if (loaded === undefined) return skip("The server does not tell its context length", measured);
  if (loaded >= wanted) return pass(measured);
  const short = `${formatTokens(loaded)} of context are loaded where an agent needs ${
    formatTokens(wanted)
  }`;
  if (trained !== undefined && trained < wanted) {
    return warn(
      measured,
      `${short}, and the weights were made for ${formatTokens(trained)} only`,
      fixFor(context, LONGER_MODEL, { tokens: wanted }),
    );
  }
  const fix = fixFor(context, MORE_CONTEXT, { tokens: wanted });
  const able = trained === undefined ? "" : ` (the weights can ${formatTokens(trained)})`;
  // With less than half, the system prompt and the tools alone fill most of it.
  return (loaded < wanted / 2 ? fail : warn)(measured, `${short}${able}`, fix);
}

/** Ollama knows it only once the model is in memory. */
async function loadedContext(context: ProbeContext): Promise<number | undefined> {
  const before = await context.loaded();
  if (before?.contextTokens !== undefined || context.server.kind !== "ollama") {
    return before?.contextTokens;
  }
  await context.chat(await ping(context, 1));
  return (await context.loaded())?.contextTokens;
}
