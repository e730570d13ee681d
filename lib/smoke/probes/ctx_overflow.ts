import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { MORE_CONTEXT } from "../fixes/context.ts";
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
import { askForNeedle } from "./_shared/needle.ts";
import { formatTokens } from "./_shared/text.ts";

/** How far over the limit the prompt goes. */
const OVER = 1.3;

/** Is a prompt that is too long refused with a clear error? */
export const ctxOverflow: Probe = {
  id: "ctx.overflow",
  group: "C",
  tier: "standard",
  title: "a prompt past the context is refused, not cut",
  needs: {},
  run: overflow,
};

async function overflow(context: ProbeContext): Promise<ProbeOutcome> {
  const loaded = await loadedContext(context);
  if (loaded === undefined) return skip("The server does not tell its context length");
  const tokens = Math.floor(loaded * OVER);
  if (context.bearable(tokens) < tokens) {
    return skip(`A prompt past ${formatTokens(loaded)} would take too long on this machine`);
  }
  const naive = await attempt(context, tokens);
  const measured = {
    loaded_tokens: loaded,
    sent_tokens: tokens,
    status: naive.status,
    silent_by_default: naive.error === undefined,
    seen_tokens: naive.seen ?? null,
  };
  if (naive.status >= 500) {
    return warn(
      measured,
      `A prompt past the context makes the server fail with status ${naive.status} instead of 400: ${naive.error}`,
      fixFor(context, MORE_CONTEXT, { tokens: loaded * 2 }),
    );
  }
  if (naive.error !== undefined) return pass(measured);
  const strict = context.server.kind === "ollama"
    ? await attempt(context, tokens, { truncate: false })
    : naive;
  // With truncate:false, which owllm sends, Ollama says it.
  if (strict.error !== undefined) return pass({ ...measured, refused_with_truncate_false: true });
  return fail(
    measured,
    `${formatTokens(tokens)} into a context of ${
      formatTokens(loaded)
    } gave status 200 and no word about what was cut; owllm counts and refuses by itself`,
    fixFor(context, MORE_CONTEXT, { tokens: loaded * 2 }),
  );
}

async function attempt(
  context: ProbeContext,
  tokens: number,
  options: { readonly truncate?: boolean } = {},
): Promise<{ status: number; error: string | undefined; seen: number | undefined }> {
  try {
    const { promptTokens } = await askForNeedle(context, tokens, options);
    return { status: 200, error: undefined, seen: promptTokens };
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    const status = Number(error.context["status"] ?? 400);
    return { status, error: error.message, seen: undefined };
  }
}
