/** What happened to a text on its way through the arguments of a call. */
export interface Damage {
  /** `server`: something between model and client did it; `model`: the model wrote another text. */
  readonly by: "server" | "model";
  readonly what: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&#x27;": "'",
};

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Compares texts but for blanks at the end; undefined when they are equal. */
export function damageOf(wanted: string, got: string): Damage | undefined {
  const want = wanted.trimEnd();
  const have = got.trimEnd();
  if (want === have) return undefined;
  if (/[\0\uFFFD]/.test(have)) {
    return { by: "server", what: "holds null or replacement characters (hermes-agent#42801)" };
  }
  if (unescaped(have) === want) {
    return { by: "server", what: "is escaped twice (llama.cpp#24667)" };
  }
  if (withoutEntities(have) === want) {
    return { by: "server", what: "holds HTML entities (deepagents#2954)" };
  }
  if (unescaped(want) === have) {
    return { by: "server", what: "was unescaped once too often (agent-framework#4832)" };
  }
  let at = 0;
  while (want[at] === have[at]) at++;
  const part = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 5), at + 15));
  return {
    by: "model",
    what: `differs at character ${at + 1}: ${part(have)} instead of ${part(want)}`,
  };
}

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g,
    (_, hex?: string, char = "") =>
      hex === undefined ? ESCAPES[char] ?? char : String.fromCharCode(parseInt(hex, 16)),
  );
}

function withoutEntities(text: string): string {
  return text.replaceAll(/&(?:lt|gt|amp|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}
