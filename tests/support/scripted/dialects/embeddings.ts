import { countTokens } from "../tokens.ts";

type Json = Record<string, unknown>;

const DIMENSIONS = 64;

/** The answer of `/v1/embeddings`. */
export function v1Embeddings(body: Json, model: string): Json {
  const vectors = vectorsOf(body["input"]);
  const packed = body["encoding_format"] === "base64";
  const tokens = countTokens(textsOf(body["input"]).join(" "));
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      embedding: packed ? base64Of(vector) : vector,
      index,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** The answer of Ollama's `/api/embed`. */
export function nativeEmbeddings(body: Json, model: string): Json {
  return {
    model,
    embeddings: vectorsOf(body["input"]),
    total_duration: 2e6,
    load_duration: 1e6,
    prompt_eval_count: countTokens(textsOf(body["input"]).join(" ")),
  };
}

function textsOf(input: unknown): string[] {
  return Array.isArray(input) ? input.map(String) : [String(input)];
}

/** Bags of words of length 1: texts that share words are near. */
function vectorsOf(input: unknown): number[][] {
  return textsOf(input).map((text) => {
    const vector = new Array<number>(DIMENSIONS).fill(0.01);
    for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
      const bucket = [...word].reduce(
        (hash, char) => (hash * 31 + (char.codePointAt(0) ?? 0)) % DIMENSIONS,
        7,
      );
      vector[bucket] = (vector[bucket] ?? 0) + 1;
    }
    const length = Math.hypot(...vector);
    return vector.map((value) => Math.fround(value / length));
  });
}

function base64Of(vector: readonly number[]): string {
  return btoa(String.fromCharCode(...new Uint8Array(new Float32Array(vector).buffer)));
}
