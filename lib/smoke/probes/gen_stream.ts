import type { ModelProvider, StreamEnd } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { WHOLE_STREAM } from "../fixes/generation.ts";
import { ONE_AT_A_TIME } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { explainEmpty } from "./_shared/empty_answer.ts";
import { ping } from "./_shared/ping.ts";
import { shown } from "./_shared/text.ts";
import { withCompat } from "./_shared/with_compat.ts";

/** An answer of more tokens than this must not come in one piece. */
const ONE_PIECE_TOKENS = 4;

/** Does the stream come in pieces, end once and say so? */
export const genStream: Probe = {
  id: "gen.stream",
  group: "B",
  tier: "quick",
  title: "a stream comes in pieces, ends once, and equals the plain answer",
  needs: {},
  run: (context) => withCompat(context, (provider) => stream(context, provider)),
};

async function stream(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const request = await ping(context, 16);
  const end = await context.stream(request, { provider });
  const outcome = judgeWire(context, end);
  if (outcome.status !== "pass") return outcome;
  const streamed = end.response.content;
  const plain = await context.chat(request, provider);
  // The first answer may differ by what was in the cache (gen.seed judges that): ask once more.
  const same = plain.content === streamed ||
    (await context.stream(request, { provider })).response.content === plain.content;
  const measured = { ...outcome.measured, equals_plain: same };
  if (same) return pass(measured);
  return warn(
    measured,
    `At temperature 0 the streamed text ${shown(streamed, 40)} differs from the plain one ${
      shown(plain.content, 40)
    }`,
    fixFor(context, ONE_AT_A_TIME),
  );
}

function judgeWire(context: ProbeContext, end: StreamEnd): ProbeOutcome {
  const { chunks, response, terminated } = end;
  const finishes = chunks.filter(({ finishReason }) =>
    finishReason !== undefined &&
    finishReason !== "none"
  );
  const measured = {
    chunks: chunks.length,
    with_text: chunks.filter(({ content, thinking }) => !!content || !!thinking).length,
    with_role: chunks.filter(({ role }) => role !== undefined).length,
    finish_reasons: finishes.length,
    terminated,
  };
  const fix = fixFor(context, WHOLE_STREAM);
  if (chunks.length === 0) return fail(measured, "The stream ended without a single chunk", fix);
  if (finishes.length === 0) {
    return fail(
      measured,
      `None of the ${chunks.length} chunks carries a finish reason: a client cannot tell an end from a cut`,
      fix,
    );
  }
  if (!terminated) {
    const mark = context.server.kind === "ollama" ? '"done": true or [DONE]' : "[DONE]";
    return fail(
      measured,
      `The stream ends without ${mark}: a client would wait for more; owllm ends it by its stall timer`,
      fix,
    );
  }
  if (finishes.length > 1) {
    return warn(
      measured,
      `The stream carries ${finishes.length} finish reasons where one is due: clients may end twice`,
      fix,
    );
  }
  if (response.content.trim() === "") {
    const empty = explainEmpty(context, response);
    return fail(measured, `Streamed: ${empty.diagnosis}`, empty.fix);
  }
  const tokens = response.usage.completionTokens ?? response.content.split(/\s+/).length;
  if (measured.with_text < 2 && tokens > ONE_PIECE_TOKENS) {
    return warn(
      measured,
      `${tokens} tokens came in one piece: the server or a proxy buffers the stream`,
      fix,
    );
  }
  return pass(measured);
}
