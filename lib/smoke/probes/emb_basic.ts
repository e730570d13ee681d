import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { EMBEDDING_MODEL } from "../fixes/speed.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { cosine, type Vector } from "./_shared/vectors.ts";

/** Two texts that mean the same and one that does not. */
const NEAR = "A cat sleeps on the sofa in the sun.";
const ALSO_NEAR = "A cat sleeps on the couch in the sun.";
const FAR = "Interest rates rose by half a percent in March.";
const TEXTS = [NEAR, ALSO_NEAR, FAR] as const;

/** The same text embedded twice: rounding and another batch leave this much. */
const SAME = 0.999;

/** Does the server turn texts into vectors that are right however they are asked for? */
export const embBasic: Probe = {
  id: "emb.basic",
  group: "E",
  tier: "standard",
  title: "embeddings agree: one or many, floats or base64, near or far",
  needs: {},
  run: embed,
};

async function embed(context: ProbeContext): Promise<ProbeOutcome> {
  let batch: readonly Vector[];
  try {
    batch = await vectors(context, TEXTS, "float");
  } catch (error) {
    if (error instanceof OwllmError && error.code === "model") return await none(context, error);
    throw error;
  }
  const dimensions = batch[0]?.length ?? 0;
  const lengths = new Set(batch.map(({ length }) => length));
  if (batch.length !== TEXTS.length || lengths.size !== 1 || dimensions === 0) {
    return await bad(
      context,
      { vectors: batch.length, dimensions },
      `${TEXTS.length} texts gave ${batch.length} vectors of ${
        [...lengths].join(", ") || "no"
      } dimensions`,
    );
  }
  const similar = cosine(batch[0] ?? [], batch[1] ?? []);
  const different = cosine(batch[0] ?? [], batch[2] ?? []);
  const single = await agreement(context, batch, "float");
  const packed = await agreement(context, batch, "base64");
  const measured = {
    dimensions,
    cos_similar: thousandths(similar),
    cos_different: thousandths(different),
    single_equals_batch: thousandths(single.cosine),
    base64_equals_float: packed.error ?? thousandths(packed.cosine),
  };
  if (single.error !== undefined || single.cosine < SAME) {
    return await bad(
      context,
      measured,
      `A text alone gets another vector than in a batch (cosine ${thousandths(single.cosine)})`,
    );
  }
  if (packed.error !== undefined || packed.cosine < SAME) {
    const what = packed.error ?? `cosine ${thousandths(packed.cosine)}`;
    return await bad(context, measured, `Vectors asked for as base64 are not the floats: ${what}`);
  }
  if (similar > different) return pass(measured);
  return await bad(
    context,
    measured,
    `The vectors do not tell near from far: cosine ${measured.cos_similar} for the same meaning, ${measured.cos_different} for another`,
  );
}

/** Texts by `/v1`, which knows both encodings. */
async function vectors(
  { compat, provider, model, signal }: ProbeContext,
  texts: readonly string[],
  encoding: "float" | "base64",
): Promise<readonly Vector[]> {
  return (await (compat ?? provider).embed(model, texts, { encoding }, signal)).vectors;
}

interface Agreement {
  /** The worst of all texts. */
  readonly cosine: number;
  readonly error: string | undefined;
}

/** How well vectors of single texts agree with those of the batch. */
async function agreement(
  context: ProbeContext,
  batch: readonly Vector[],
  encoding: "float" | "base64",
): Promise<Agreement> {
  try {
    const cosines: number[] = [];
    for (const [i, text] of TEXTS.entries()) {
      const [vector = []] = await vectors(context, [text], encoding);
      const expected = batch[i] ?? [];
      cosines.push(vector.length === expected.length ? cosine(vector, expected) : 0);
    }
    return { cosine: Math.min(...cosines), error: undefined };
  } catch (error) {
    if (error instanceof OwllmError && (error.code === "model" || error.code === "protocol")) {
      return { cosine: 0, error: error.message };
    }
    throw error;
  }
}

/** A chat model need not embed; one that says it does must. */
async function none(context: ProbeContext, error: OwllmError): Promise<ProbeOutcome> {
  const fix = fixFor(context, EMBEDDING_MODEL);
  if (await isForEmbedding(context)) {
    return fail(
      { dimensions: null },
      `The model is for embeddings and gives none: ${error.message}`,
      fix,
    );
  }
  return skip(
    `No embeddings from this model: ${error.message}. For embeddings: ${
      error.recoverySuggestion ?? fix
    }`,
  );
}

/** Wrong vectors: a defect of a model for embeddings, a property of one for chats. */
async function bad(
  context: ProbeContext,
  measured: ProbeOutcome["measured"],
  diagnosis: string,
): Promise<ProbeOutcome> {
  const judge = await isForEmbedding(context) ? fail : warn;
  return judge(measured, diagnosis, fixFor(context, EMBEDDING_MODEL));
}

async function isForEmbedding(context: ProbeContext): Promise<boolean> {
  const description = await context.describe();
  return description?.capabilities?.includes("embedding") ?? false;
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
