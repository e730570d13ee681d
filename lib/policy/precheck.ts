import { MAX_LENGTH } from "./limits.ts";
import type { Reason } from "./types.ts";

/** Characters that make the text look different from what the shell reads, by what they are. */
const HIDDEN: readonly {
  readonly pattern: RegExp;
  readonly code: string;
  readonly what: string;
}[] = [
  {
    // deno-lint-ignore no-control-regex -- control characters are what it looks for
    pattern: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu,
    code: "control_character",
    what: "a control character",
  },
  {
    pattern: /[\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\ufe00-\ufe0f]/gu,
    code: "hidden_character",
    what: "an invisible or direction-changing character",
  },
  { pattern: /\p{Cs}/gu, code: "broken_text", what: "half of a surrogate pair" },
  { pattern: /\p{Zs}/gu, code: "odd_space", what: "a space that the shell does not split at" },
];

/** Signs that are joined or coloured by invisible characters, and nothing else than one sign. */
const EMOJI =
  /\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)*/gu;

/** What can be said about a text before it is parsed. A text that is too long is denied unread. */
export function precheck(text: string): Reason[] {
  if (text.length > MAX_LENGTH) {
    return [{
      decision: "deny",
      code: "too_long",
      message: `The command has ${text.length} characters; at most ${MAX_LENGTH} are judged`,
      start: 0,
      end: text.length,
    }];
  }
  const reasons: Reason[] = [];
  const plain = text.replaceAll(EMOJI, (sign) => "x".repeat(sign.length));
  for (const { pattern, code, what } of HIDDEN) {
    const found = [...plain.matchAll(pattern)].find(([match]) => match !== " ");
    if (found === undefined) continue;
    const point = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    reasons.push({
      decision: "approve",
      code,
      message: `The command contains ${what}, U+${point}`,
      start: found.index,
      end: found.index + found[0].length,
    });
  }
  return reasons;
}
