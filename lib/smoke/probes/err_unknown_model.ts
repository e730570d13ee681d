import { OwllmError, withTimeout } from "../../core/mod.ts";
import type { ChatResponse, ModelProvider } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { NAME_MODELS, READ_LOG } from "../fixes/server.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { withCompat } from "./_shared/with_compat.ts";
import { shown } from "./_shared/text.ts";

const NO_SUCH_MODEL = "owllm-no-such-model";

/** Is a wrong model name refused, and in words? */
export const errUnknownModel: Probe = {
  id: "err.unknown_model",
  group: "A",
  tier: "quick",
  title: "a wrong model name is refused",
  needs: {},
  run: (context) =>
    context.server.kind === "builtin"
      ? Promise.resolve(skip("The built-in engine holds one model and takes no name"))
      : withCompat(context, (provider) => askWrongly(context, provider)),
};

async function askWrongly(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const limit = withTimeout(context.signal, context.settings.requestTimeoutMs, "A wrong name");
  try {
    const answer = await provider.chat({
      model: NO_SUCH_MODEL,
      messages: [{ role: "user", content: "Reply with the single word pong" }],
      maxTokens: 1,
    }, limit.signal);
    return judgeAnswer(context, answer);
  } catch (error) {
    if (!(error instanceof OwllmError)) throw error;
    if (error.code !== "model" && error.code !== "protocol") throw error;
    return judgeRefusal(context, error);
  } finally {
    limit.cancel();
  }
}

/** llama.cpp holds one model and takes any name; newer versions say which model answered. */
function judgeAnswer(context: ProbeContext, { wire }: ChatResponse): ProbeOutcome {
  const measured = { refused: false, status: wire.status, answered_by: wire.model };
  const honest = wire.model !== "" && wire.model !== NO_SUCH_MODEL;
  if (honest && context.server.kind === "llama_cpp") return pass(measured);
  const says = wire.model === "" ? "names no model" : `the answer is of "${wire.model}"`;
  return warn(
    measured,
    `The server ignores "model": it answered 200 for "${NO_SUCH_MODEL}", ${says}, so results may come from another model`,
    fixFor(context, NAME_MODELS),
  );
}

function judgeRefusal(context: ProbeContext, error: OwllmError): ProbeOutcome {
  const status = Number(error.context["status"] ?? 0);
  const type = String(error.context["content_type"] ?? "");
  const body = String(error.context["body"] ?? "");
  const measured = { refused: true, status, content_type: type };
  if (error.code === "protocol" || !saysJsonError(body)) {
    return warn(
      measured,
      `A wrong model name gives ${status || "an answer"} with ${type || "no type"} (${
        shown(body, 40)
      }) and not a JSON error: a proxy stands in between, or the server hides its errors`,
      fixFor(context, READ_LOG),
    );
  }
  if (status !== 404 && status !== 400) {
    return warn(
      measured,
      `A wrong model name gives ${status} where 404 is due: clients take it for a broken server`,
      fixFor(context, READ_LOG),
    );
  }
  return pass(measured);
}

/** `{"error": "…"}` or `{"error": {"message": "…"}}`; the body may be cut at its end. */
function saysJsonError(body: string): boolean {
  return /^\s*\{.*"(error|message|detail)"\s*:\s*[{"]/s.test(body);
}
