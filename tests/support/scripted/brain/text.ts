import type { ScriptedRequest } from "../types.ts";
import { lastUserText } from "./tools.ts";

/** Answers in words when it has something to say; the first of the list that does wins. */
type Responder = (user: string, request: ScriptedRequest) => string | undefined;

const RESPONDERS: readonly Responder[] = [
  resultOfTool,
  (user) => /exactly[^:\n]*:\s*([\s\S]+)$/i.exec(user)?.[1]?.trimEnd(),
  (user) => /\bcount\b/i.test(user) ? countTo(/\bto (\d+)/i.exec(user)?.[1]) : undefined,
  recall,
  (user) => /(?:nonce|token|tag|code)\W+([A-Za-z0-9]*\d[\w-]*)/i.exec(user)?.[1],
  (user) => /\bword\s+["'`]?(\w+)/i.exec(user)?.[1],
  (user) => /^write:?\s+(.+)$/im.exec(user)?.[1],
  product,
  (user) => /capital of France/i.test(user) ? "Paris." : undefined,
  (user) => /thank/i.test(user) ? "You are welcome." : undefined,
];

/** What the model says in words, with what its system prompt demands. */
export function answerInWords(request: ScriptedRequest): string {
  const user = lastUserText(request.messages);
  let text: string | undefined;
  for (const respond of RESPONDERS) text ??= respond(user, request);
  return (text ?? essay(request)) + demandedEnding(request);
}

/** "Always end with ZX-41", as far as the system prompt still lies in the window. */
function demandedEnding({ messages, prompt }: ScriptedRequest): string {
  const system = messages.filter(({ role }) => role === "system").map(({ text }) => text).join(" ");
  const ending = /\bend\b[^.]*?\bwith\b[^A-Z]*([A-Z]+-\d+)/.exec(system)?.[1];
  return ending !== undefined && prompt.includes(ending) ? ` ${ending}` : "";
}

function resultOfTool(_user: string, { messages }: ScriptedRequest): string | undefined {
  const last = messages[messages.length - 1];
  return last?.role === "tool" ? `The result is ${last.text}` : undefined;
}

/** A code that stands somewhere in the window: "The secret code is X". */
function recall(user: string, { prompt }: ScriptedRequest): string | undefined {
  if (!/\b(code|secret|password|passphrase|needle)\b/i.test(user)) return undefined;
  if (!/\?|\bwhat\b|\brepeat\b|\breply\b/i.test(user)) return undefined;
  const pattern =
    /\b(?:code|secret|password|passphrase|needle)\b[^.\n?]{0,30}?(?:\bis|:|=)\s*["'`]?([A-Za-z]*\d?[\w-]*\d[\w-]*)/i;
  return pattern.exec(prompt)?.[1] ?? "I do not know any code.";
}

function countTo(last: string | undefined): string {
  return Array.from({ length: Number(last ?? 500) }, (_, i) => i + 1).join(" ");
}

function product(user: string): string | undefined {
  const [, a, b] = /(\d+)\s*(?:\*|x|×|times)\s*(\d+)/.exec(user) ?? [];
  return a === undefined ? undefined : `${a} times ${b} is ${Number(a) * Number(b)}.`;
}

const SUBJECTS =
  "The owl,A river,My neighbour,The old clock,Every sailor,A small lamp,The teacher,One fox".split(
    ",",
  );
const VERBS = "watches,crosses,repairs,remembers,follows,paints,describes,forgets".split(",");
const OBJECTS =
  "the quiet garden,a long road,the broken bridge,an open door,the first snow,a letter,the harbour,the hill"
    .split(",");

/** Prose that never repeats itself; at temperature 0 the seed does not matter. */
function essay({ seed, temperature }: ScriptedRequest): string {
  const start = temperature > 0 ? (seed ?? 1) : 0;
  return Array.from({ length: 120 }, (_, i) => {
    const n = i + start;
    const pick = (words: readonly string[], step: number) =>
      words[(n * step + Math.floor(n / 8) * 3) % words.length];
    return `${pick(SUBJECTS, 1)} ${pick(VERBS, 3)} ${pick(OBJECTS, 5)} on day ${n + 1}.`;
  }).join(" ");
}
