import type { CallText, Clip, MessageText, OutlineItem, OutlineStep } from "../trace/mod.ts";
import type { Style } from "./output.ts";
import { printable, textWidth, truncate, verbatim } from "./text_width.ts";
import { formatCost, formatCount, formatDuration, formatSize } from "./trace_lines.ts";

/** How a tree is drawn. */
export interface TreeOptions {
  readonly style: Style;
  readonly columns: number;
  /** Whole texts on as many lines as they have, and all that is known. */
  readonly full: boolean;
}

/** Deeper events are not indented further, so that their text has room. */
const MAX_INDENT = 24;

/** The least room for a text, on however narrow a terminal. */
const NARROWEST_TEXT = 16;

/** Draws steps and events as lines. */
export class TraceTree {
  readonly lines: string[] = [];
  /** Whether some text was not shown whole. */
  shortened = false;
  readonly #options: TreeOptions;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** A step with all that is in it. */
  step(step: OutlineStep): void {
    const { style, full } = this.#options;
    const time = step.duration_ms === null
      ? style.yellow("no end")
      : style.dim(formatDuration(step.duration_ms));
    const said = /\d+$/.exec(step.step_id)?.[0] ?? String(step.step_index);
    const turn = said === String(step.turn_number) ? "" : style.dim(`  turn ${step.turn_number}`);
    const name = style.bold(`step ${step.step_index}`);
    this.lines.push(`${name}  ${printable(step.step_id)}${turn}  ${time}`);
    if (full) this.#metadata(step.metadata, 2);
    for (const item of step.items) this.item(item, 2);
  }

  /** An event, message or span with those inside of it. */
  item(item: OutlineItem, indent = 0): void {
    const inner = indent + 2;
    this.#head(item, indent);
    for (const call of item.calls) this.#call(call, inner);
    if (item.tool !== null) {
      if (item.tool.result !== null) this.#text("=", item.tool.result, inner);
    }
    for (const action of item.actions) this.#text("did", action, inner);
    if (item.error !== null) {
      const { type, message } = item.error;
      this.#text(this.#options.style.red(`error ${printable(type)}:`), message, inner);
    }
    if (this.#options.full) this.#rest(item, inner);
    else if (item.kind === "span") this.#attributes(item, inner);
    else this.#decision(item, inner);
    for (const child of item.children) this.item(child, inner);
  }

  #head(item: OutlineItem, indent: number): void {
    const { style, columns } = this.#options;
    const sign = item.failed ? style.red("✗ ") : "";
    if (item.message !== null) {
      const ends = [item.system, item.message.target].filter(Boolean).map(printable).join(" -> ");
      const head = `message ${printable(item.name)}${ends === "" ? "" : ` (${ends})`}:`;
      return this.#text(style.green(head), item.message.content, indent);
    }
    const what = `${sign}${style.cyan(kindOf(item))} ${style.bold(printable(item.name))}`;
    const room = Math.max(NARROWEST_TEXT, columns - indent - textWidth(what) - 2);
    const facts = truncate(factsOf(item), room);
    const head = facts === "" ? what : `${what}  ${style.dim(facts)}`;
    if (item.tool !== null) return this.#text(head, item.tool.arguments, indent, "  ");
    this.lines.push(`${blanks(indent)}${head}`);
  }

  #call(call: CallText, indent: number): void {
    const { style, full } = this.#options;
    if (full) this.#text("asked with", call.request_params, indent);
    if (call.repeated > 0) {
      const what = call.repeated === 1 ? "1 earlier message" : `${call.repeated} earlier messages`;
      this.lines.push(`${blanks(indent)}${style.dim(what)}`);
    }
    for (const message of call.input) this.#message(message, indent);
    for (const message of call.output) this.#message(message, indent);
    for (const tool of call.tool_calls) {
      const head = `${style.cyan("->")} ${style.bold(printable(tool.name))}`;
      this.#text(head, tool.arguments, indent);
    }
    if (call.error !== null && full) {
      this.#text(style.red("error:"), wholeClip(call.error), indent);
    }
  }

  #message({ role, type, text }: MessageText, indent: number): void {
    const what = type === "text" ? role : `${role} (${type})`;
    this.#text(this.#options.style.green(`${printable(what)}:`), text, indent);
  }

  /** What a policy or a person decided about it. */
  #decision({ metadata }: OutlineItem, indent: number): void {
    const { decision } = metadata;
    if (decision === undefined) return;
    const text = typeof decision === "string" ? decision : JSON.stringify(decision);
    this.#text(this.#options.style.yellow("decision:"), wholeClip(text), indent);
  }

  #attributes({ metadata }: OutlineItem, indent: number): void {
    if (Object.keys(metadata).length === 0) return;
    this.#text("with", wholeClip(JSON.stringify(metadata)), indent);
  }

  #rest(item: OutlineItem, indent: number): void {
    if (item.state_before !== null) this.#text("state before:", item.state_before, indent);
    if (item.state_after !== null) this.#text("state after:", item.state_after, indent);
    this.#metadata(item.metadata, indent);
  }

  #metadata(metadata: Readonly<Record<string, unknown>>, indent: number): void {
    for (const [key, value] of Object.entries(metadata)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const head = this.#options.style.dim(`${printable(key)}:`);
      this.#text(head, wholeClip(text), indent);
    }
  }

  /** A text behind its head, on one line or, in full, on all of its lines. */
  #text(head: string, clip: Clip, indent: number, gap = " "): void {
    const { full, style, columns } = this.#options;
    const start = `${blanks(indent)}${head}`;
    if (clip.text === "") return void this.lines.push(start);
    if (full) return this.#wholeText(start, clip.text, indent, gap);
    const line = printable(clip.text);
    const size = clip.cut_from === null ? "" : ` [${formatSize(clip.cut_from)}]`;
    const room = Math.max(NARROWEST_TEXT, columns - textWidth(start) - gap.length - size.length);
    // A beginning that would fit is not the whole text, and must not look like it.
    const shown = size === "" ? truncate(line, room) : `${truncate(line, room - 1)}…`;
    this.shortened ||= size !== "" || shown !== line;
    this.lines.push(`${start}${gap}${shown.replace(/……$/, "…")}${style.dim(size)}`);
  }

  #wholeText(start: string, text: string, indent: number, gap: string): void {
    const lines = text.split(/\r?\n/).map(harmless);
    const [only = ""] = lines;
    if (lines.length === 1) return void this.lines.push(`${start}${gap}${only}`);
    this.lines.push(start);
    for (const line of lines) this.lines.push(`${blanks(indent + 2)}${line}`.trimEnd());
  }
}

/** A line as it is, its tabs too, but for what could do harm. */
function harmless(line: string): string {
  return line.split("\t").map(verbatim).join("\t");
}

function wholeClip(text: string): Clip {
  return { text, cut_from: null, fingerprint: null };
}

function blanks(indent: number): string {
  return " ".repeat(Math.min(indent, MAX_INDENT));
}

function kindOf({ kind, tool }: OutlineItem): string {
  switch (kind) {
    case "cais":
      return "model";
    case "environment":
      return "env";
    case "runtime":
      return tool === null ? "run" : "tool";
    default:
      return kind;
  }
}

/** Time, tokens, speed, cost and reward, as far as they are known. */
function factsOf(item: OutlineItem): string {
  const { duration_ms, input_tokens, output_tokens, tokens_per_second, cost_usd, reward } = item;
  const finish = item.calls.at(-1)?.finish_reason ?? null;
  return [
    duration_ms === null ? "" : formatDuration(duration_ms),
    input_tokens === null ? "" : `${formatCount(input_tokens)} in`,
    output_tokens === null ? "" : `${formatCount(output_tokens)} out`,
    tokens_per_second === null ? "" : `${formatSpeed(tokens_per_second)} tok/s`,
    cost_usd === null ? "" : formatCost(cost_usd),
    reward === null ? "" : `reward ${reward}`,
    item.ended ?? "",
    finish === null ? "" : printable(finish),
  ].filter(Boolean).join(", ");
}

function formatSpeed(perSecond: number): string {
  return perSecond >= 10 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1);
}
