import { interrupted } from "../core/mod.ts";
import type { ApprovalRecord } from "../state/mod.ts";
import type { AskPerson, PersonAnswer } from "../tools/mod.ts";
import { approvalLines } from "./approval_lines.ts";
import type { Output } from "./output.ts";
import type { VerdictStyle } from "./policy_lines.ts";
import { printable, textWidth } from "./text_width.ts";

/** Where the person is: choosing, or typing why not. */
export type PromptState =
  | { readonly mode: "choose" }
  | { readonly mode: "reason"; readonly typed: string };

/** What a key leads to: another state, an answer, or the end of the run. */
export type PromptStep =
  | { readonly state: PromptState }
  | { readonly answer: PersonAnswer }
  | { readonly stop: true };

/** The keys, as the question names them. */
const CHOICES: readonly (readonly [key: string, meaning: string])[] = [
  ["y", "once"],
  ["s", "in this run"],
  ["a", "always"],
  ["n", "no"],
  ["q", "stop"],
];

/** The question below what is asked about. Pure. */
export function promptLine(state: PromptState, { style }: VerdictStyle): string {
  if (state.mode === "reason") {
    return `Why not? (Enter: no reason) ${printable(state.typed)}`;
  }
  const keys = CHOICES.map(([key, meaning]) => `${style.bold(key)} ${meaning}`).join("  ");
  return `${style.yellow("Approve?")} ${keys} `;
}

/** What a key does. A key that means nothing changes nothing. Pure. */
export function onKey(state: PromptState, key: string): PromptStep {
  if (key === "\x03" || key === "\x04") return { stop: true };
  return state.mode === "choose" ? onChoice(state, key) : onReason(state, key);
}

function onChoice(state: PromptState, key: string): PromptStep {
  switch (key.toLowerCase()) {
    case "y":
      return { answer: { approved: true, scope: "once" } };
    case "s":
      return { answer: { approved: true, scope: "session" } };
    case "a":
      return { answer: { approved: true, scope: "always" } };
    case "n":
    case "\x1b":
      return { state: { mode: "reason", typed: "" } };
    case "q":
      return { stop: true };
    default:
      // Enter, too: what is approved is approved by a key of its own.
      return { state };
  }
}

function onReason(state: Extract<PromptState, { mode: "reason" }>, key: string): PromptStep {
  const { typed } = state;
  if (key === "\r" || key === "\n") {
    const remark = typed.trim();
    return { answer: { approved: false, scope: "once", ...remark !== "" && { remark } } };
  }
  if (key === "\x7f" || key === "\b") {
    return { state: { mode: "reason", typed: [...typed].slice(0, -1).join("") } };
  }
  // Arrow keys and the like come as escapes; none of them is part of a sentence.
  if (key.startsWith("\x1b") || /^\p{Cc}$/u.test(key)) return { state };
  return { state: { mode: "reason", typed: typed + key } };
}

/** The keys in a piece of raw input: an escape sequence is one key. */
export function keysOf(input: string): string[] {
  // deno-lint-ignore no-control-regex -- escape sequences start with it
  return input.match(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO.|[\s\S]/gu) ?? [];
}

/** Asks the person at the terminal; undefined where there is none, so that the request waits. */
export function askAtTerminal(out: Output): AskPerson | undefined {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal() || out.json) return undefined;
  return async (record, signal) => {
    const how = { style: out.progressStyle, columns: out.columns };
    show(out, record, how);
    Deno.stdin.setRaw(true);
    try {
      return await readAnswer(out, how, signal);
    } finally {
      Deno.stdin.setRaw(false);
      out.progress("\n");
    }
  };
}

function show(out: Output, record: ApprovalRecord, how: VerdictStyle): void {
  const lines = approvalLines(record, how, false);
  out.progress(`\n${lines.join("\n")}\n`);
}

async function readAnswer(
  out: Output,
  how: VerdictStyle,
  signal: AbortSignal,
): Promise<PersonAnswer> {
  const decoder = new TextDecoder();
  const reader = Deno.stdin.readable.getReader();
  let state: PromptState = { mode: "choose" };
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const line = promptLine(state, how);
      out.progress(`\r\x1b[J${line}`);
      const { value, done } = await reader.read();
      signal.throwIfAborted();
      // Nobody is there any more: that is no yes.
      if (done) throw interrupted();
      for (const key of keysOf(decoder.decode(value, { stream: true }))) {
        const step = onKey(state, key);
        if ("answer" in step) return step.answer;
        if ("stop" in step) throw interrupted();
        state = step.state;
      }
      if (textWidth(line) > how.columns) out.progress("\r\x1b[A");
    }
  } finally {
    signal.removeEventListener("abort", stop);
    reader.releaseLock();
  }
}
