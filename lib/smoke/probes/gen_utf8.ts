import type { ModelProvider, StreamEnd } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { shown } from "./_shared/text.ts";
import { withCompat } from "./_shared/with_compat.ts";

/** Two, three and four bytes a character, joined emoji, a ligature, a combining accent. */
const PIECES = ["Ünï", "日本", "🧑‍🚀", "﷽", "e\u0301"] as const;

const TEXT = PIECES.join(" ");

const REPLACEMENT = "\uFFFD";

/** A good model may slip on one rare character; below this the text was not repeated. */
const LEAST_PIECES = 3;

/** Do characters of several bytes survive streaming? */
export const genUtf8: Probe = {
  id: "gen.utf8",
  group: "B",
  tier: "quick",
  title: "characters of several bytes survive streaming",
  needs: {},
  run: (context) => withCompat(context, (provider) => repeatText(context, provider)),
};

async function repeatText(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content: `Repeat exactly: ${TEXT}` }],
    maxTokens: context.server.kind === "builtin" ? 16 : 48,
  });
  const end = await context.stream(request, { provider });
  const measured = facts(end);
  if (end.invalidUtf8) return halves(context, measured);
  if (measured.replaced > 0) {
    const plain = (await context.chat(request, provider)).content;
    return replaced(context, measured, end, plain);
  }
  if (piecesIn(end) >= LEAST_PIECES) return pass(measured);
  return await forced(context, provider, end);
}

/** A model that does not repeat the text has to write it under a schema that allows nothing else. */
async function forced(
  context: ProbeContext,
  provider: ModelProvider,
  free: StreamEnd,
): Promise<ProbeOutcome> {
  const schema = {
    type: "object",
    properties: { text: { type: "string", enum: [TEXT] } },
    required: ["text"],
    additionalProperties: false,
  };
  const end = await context.stream(
    await withoutThinking(context, {
      messages: [{ role: "user", content: `Repeat exactly: ${TEXT}` }],
      schema: { name: "text", schema },
      maxTokens: 96,
    }),
    { provider },
  );
  const measured = { ...facts(end), by_schema: true };
  if (end.invalidUtf8) return halves(context, measured);
  if (measured.replaced > 0) return replaced(context, measured, end, undefined);
  if (piecesIn(end) >= LEAST_PIECES) return pass(measured);
  const text = free.response.content;
  if (!/[^ -~\s]/.test(text)) {
    return skip(`The model wrote no character beyond ASCII: ${shown(text, 40)}`, facts(free));
  }
  return warn(
    facts(free),
    `Characters arrive whole, but the model did not repeat the text: ${
      piecesIn(free)
    } of ${PIECES.length} pieces in ${shown(text, 40)}`,
    fixFor(context, BIGGER_MODEL),
  );
}

function facts(end: StreamEnd) {
  return {
    pieces: `${piecesIn(end)}/${PIECES.length}`,
    invalid_utf8: end.invalidUtf8,
    replaced: end.response.content.split(REPLACEMENT).length - 1,
  };
}

function piecesIn({ response }: StreamEnd): number {
  const text = response.content.normalize("NFC");
  return PIECES.filter((piece) => text.includes(piece.normalize("NFC"))).length;
}

function halves(context: ProbeContext, measured: ProbeOutcome["measured"]): ProbeOutcome {
  return fail(
    measured,
    "The stream holds bytes that are no UTF-8: the server cuts characters in two and sends the halves; owllm joins bytes before it decodes",
    fixFor(context, UPGRADE_SERVER),
  );
}

/** A weak model writes broken bytes by itself: then the plain answer has them as well. */
function replaced(
  context: ProbeContext,
  measured: ProbeOutcome["measured"],
  end: StreamEnd,
  plain: string | undefined,
): ProbeOutcome {
  const inPlain = (plain ?? "").split(REPLACEMENT).length - 1;
  const numbers = { ...measured, replaced_in_plain: inPlain };
  if (plain !== undefined && inPlain > 0) {
    return warn(
      numbers,
      `The model itself writes broken characters: U+FFFD in the plain answer too (${
        shown(plain, 40)
      })`,
      fixFor(context, BIGGER_MODEL),
    );
  }
  const otherwise = plain === undefined ? "which the schema forbids" : "none in the plain answer";
  return fail(
    numbers,
    `The server cuts characters at chunk joints: ${
      measured["replaced"]
    } times U+FFFD in the stream (${shown(end.response.content, 40)}), ${otherwise}`,
    fixFor(context, UPGRADE_SERVER),
  );
}
