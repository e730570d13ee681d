import { fixFor } from "../fixes.ts";
import { ASK_CONTEXT, FIXED_CONTEXT, LONGER_MODEL, MORE_CONTEXT } from "../fixes/context.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { loadedContext } from "./_shared/loaded_context.ts";
import { formatTokens } from "./_shared/text.ts";

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
  const loaded = await loadedContext(context);
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
  const limit = limitOf(context, loaded, description?.contextConfigured);
  const able = trained === undefined ? "" : ` (the weights can ${formatTokens(trained)})`;
  // With less than half, the system prompt and the tools alone fill most of it.
  return (loaded < wanted / 2 ? fail : warn)(
    { ...measured, limit_from: limit },
    `${short}${CAUSES[limit]}${able}`,
    fixFor(context, CURES[limit], { tokens: wanted }),
  );
}

/** Who fixed the length: each is cured elsewhere, and the others' cures change nothing. */
type Limit = "request" | "modelfile" | "server";

const CAUSES: Readonly<Record<Limit, string>> = {
  request: ", because so many were asked for by --context or smoke.context_tokens",
  modelfile: ", because num_ctx in the Modelfile says so",
  server: "",
};

const CURES = { request: ASK_CONTEXT, modelfile: FIXED_CONTEXT, server: MORE_CONTEXT } as const;

function limitOf(
  { server, settings }: ProbeContext,
  loaded: number,
  configured: number | undefined,
): Limit {
  if (server.kind !== "ollama") return "server";
  if (settings.contextTokens !== undefined && settings.contextTokens <= loaded) return "request";
  return configured === undefined ? "server" : "modelfile";
}
