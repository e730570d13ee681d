import { fixFor } from "../fixes.ts";
import { START_SERVER, WHO_OWNS_THE_PORT } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome } from "../probe.ts";
import { HELLO_TIMEOUT_MS, type HttpAnswer, httpGet } from "./_shared/http_get.ts";
import { shown } from "./_shared/text.ts";

const ROUTES = ["/", "/health", "/api/version", "/v1/models"] as const;

/** Plain-text answers by which a model server says that it is there. */
const BANNERS = /Ollama is running|llama\.cpp|vLLM|LM Studio/i;

/** Is there a server, and does it talk like a model server? */
export const srvReach: Probe = {
  id: "srv.reach",
  group: "A",
  tier: "quick",
  title: "something answers, and it is a model server",
  needs: {},
  fatal: true,
  run: (context) => context.server.kind === "builtin" ? reachEngine(context) : reach(context),
};

/** Reading the weights' description loads them into the engine. */
async function reachEngine(context: ProbeContext): Promise<ProbeOutcome> {
  const start = context.clock.monotonic();
  const description = await context.describe();
  return pass({
    answered: "engine",
    family: description?.family ?? null,
    ms: Math.round(context.clock.monotonic() - start),
  });
}

async function reach(context: ProbeContext): Promise<ProbeOutcome> {
  const { baseUrl } = context.server;
  const { host } = new URL(baseUrl);
  const timeoutMs = Math.min(HELLO_TIMEOUT_MS, context.settings.stallTimeoutMs);
  const start = context.clock.monotonic();
  const answers = await Promise.all(
    ROUTES.map((route) => httpGet(baseUrl + route, context.signal, timeoutMs)),
  );
  const measured = {
    ms: Math.round(context.clock.monotonic() - start),
    routes: ROUTES.map((route, i) => `${route} ${briefly(answers[i])}`).join(", "),
  };
  if (answers.some(isModelServer)) return pass(measured);
  const answered = answers.find((answer) => answer.answered);
  if (answered === undefined) return silent(context, measured, answers, host);
  if (answers.some((answer) => answer.answered && answer.status === 401)) {
    return askWithKey(context, measured, host);
  }
  const { status, contentType, text } = answered;
  return fail(
    measured,
    `Another program owns this port: ${host} answers ${status} ${
      contentType || "without a type"
    } (${shown(text, 40)}) and no route of a model server`,
    fixFor(context, WHO_OWNS_THE_PORT),
  );
}

function isModelServer(answer: HttpAnswer): boolean {
  if (!answer.answered || answer.status !== 200) return false;
  const isObject = typeof answer.json === "object" && answer.json !== null;
  return isObject || (!/html/i.test(answer.contentType) && BANNERS.test(answer.text));
}

function silent(
  context: ProbeContext,
  measured: ProbeOutcome["measured"],
  answers: readonly HttpAnswer[],
  host: string,
): ProbeOutcome {
  const hangs = answers.some((answer) => !answer.answered && answer.timedOut);
  const diagnosis = hangs
    ? `${host} takes the connection but gives no answer in time: the server hangs or is still starting`
    : `Nothing listens on ${host}`;
  return fail(measured, diagnosis, fixFor(context, START_SERVER));
}

/** The provider holds the key, if one was given. */
async function askWithKey(
  context: ProbeContext,
  measured: ProbeOutcome["measured"],
  host: string,
): Promise<ProbeOutcome> {
  try {
    await context.provider.listModels(context.signal);
    return pass({ ...measured, needs_key: true });
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    return fail(
      { ...measured, needs_key: true },
      `${host} answers 401: it wants an API key that it was not given, or another one`,
      `OWLLM_SERVER_API_KEY_ENV=OWLLM_API_KEY OWLLM_API_KEY=KEY owllm smoke model ${context.server.baseUrl}#${context.model}`,
    );
  }
}

function briefly(answer: HttpAnswer | undefined): string {
  if (answer === undefined || !answer.answered) return answer?.timedOut ? "timeout" : "refused";
  return String(answer.status);
}
