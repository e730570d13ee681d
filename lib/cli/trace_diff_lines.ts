import type { Cost, ItemDiff, StepDiff, TraceChange, TraceDiff, TraceItem } from "../trace/mod.ts";
import type { Style } from "./output.ts";
import { printable, textWidth, truncate, wrap } from "./text_width.ts";
import { formatCount, formatDuration } from "./trace_lines.ts";

/** How a comparison is drawn. */
export interface DiffLineOptions {
  readonly style: Style;
  readonly columns: number;
}

/** So many steps in a row that are the same are shown one by one; more as one line. */
const MAX_SAME = 3;

/** How many columns each value takes in the sentence on the first difference. */
const MAX_IN_SENTENCE = 60;

/** Times are no difference when they are within this share of each other, or this near. */
const SAME_SHARE = 0.02;

/** One sentence on where two sessions first part. */
export function divergenceLine({ first_divergence: first, steps }: TraceDiff): string {
  if (first === null) return "Both did the same";
  const step = steps[first.step];
  const item = first.item === null ? undefined : step?.items[first.item];
  const where = `First difference: ${step === undefined ? "" : stepName(step, true)}`;
  if (item === undefined) return `${where}, which only ${side(step?.a)} has`;
  const next = step?.items[(first.item ?? 0) + 1];
  if (item.b === null && next !== undefined && next.a === null) {
    return `${where}: A has ${itemText(item)}, B has ${itemText(next)}`;
  }
  if (item.a === null || item.b === null) {
    return `${where}: only ${side(item.a)} has ${itemText(item)}`;
  }
  const [change] = item.changes;
  return `${where}, ${itemName(item)}${
    change === undefined ? "" : `: ${changeText(change, MAX_IN_SENTENCE)}`
  }`;
}

/** All steps with what differs in them. */
export function stepLines(steps: readonly StepDiff[], options: DiffLineOptions): string[] {
  const lines: string[] = [];
  for (let at = 0; at < steps.length;) {
    let end = at;
    while (steps[end]?.same === true) end++;
    if (end - at > MAX_SAME) {
      lines.push(...sameLines(steps.slice(at, end), options));
      at = end;
    } else {
      const step = steps[at++];
      if (step !== undefined) lines.push(...oneStep(step, options));
    }
  }
  return lines;
}

/** What both took, and by how much the second took more or less. */
export function costLine(a: Cost, b: Cost): string {
  const tokens = (from: number, to: number, what: string) =>
    from === to
      ? `${formatCount(to)} ${what}`
      : `${formatCount(from)} -> ${formatCount(to)} ${what} (${signed(to - from)})`;
  const near = Math.abs(b.ms - a.ms) <= SAME_SHARE * Math.max(a.ms, b.ms);
  const more = b.ms > a.ms ? "+" : "-";
  const times = near
    ? formatDuration(b.ms)
    : `${formatDuration(a.ms)} -> ${formatDuration(b.ms)} (${more}${
      formatDuration(Math.abs(b.ms - a.ms))
    })`;
  return [
    times,
    a.input_tokens + b.input_tokens === 0
      ? ""
      : tokens(a.input_tokens, b.input_tokens, "tokens in"),
    a.output_tokens + b.output_tokens === 0 ? "" : tokens(a.output_tokens, b.output_tokens, "out"),
  ].filter(Boolean).join(", ");
}

function signed(count: number): string {
  return `${count > 0 ? "+" : "-"}${formatCount(Math.abs(count))}`;
}

function sameLines(steps: readonly StepDiff[], options: DiffLineOptions): string[] {
  const sum = (of: (step: StepDiff) => Cost | null) =>
    steps.reduce((total, step) => {
      const cost = of(step);
      return cost === null ? total : {
        ms: total.ms + cost.ms,
        input_tokens: total.input_tokens + cost.input_tokens,
        output_tokens: total.output_tokens + cost.output_tokens,
      };
    }, { ms: 0, input_tokens: 0, output_tokens: 0 });
  const names = [steps[0], steps.at(-1)].map((step) => step === undefined ? "" : stepName(step));
  const costs = costLine(sum(({ a }) => a), sum(({ b }) => b));
  const { dim } = options.style;
  return withCosts(dim(`= ${names.join(" to ")}, ${steps.length} the same`), costs, options);
}

/** A head and what it took, below it where both do not fit. */
function withCosts(head: string, costs: string, { style, columns }: DiffLineOptions): string[] {
  if (textWidth(head) + 2 + textWidth(costs) <= columns) return [`${head}  ${style.dim(costs)}`];
  return [head, ...wrap(costs, columns - 4).map((line) => `    ${style.dim(line)}`)];
}

function oneStep(step: StepDiff, options: DiffLineOptions): string[] {
  const { style } = options;
  const { a, b, same, items } = step;
  const [from, to] = [a ?? b, b ?? a];
  if (from === null || to === null) return [];
  const name = stepName(step);
  const head = a === null || b === null
    ? tone(step, style)(`${a === null ? "+" : "-"} ${name}`)
    : same
    ? style.dim(`= ${name}`)
    : `${style.yellow("~")} ${style.bold(name)}`;
  return [
    ...withCosts(head, costLine(from, to), options),
    ...items.flatMap((item) => itemLines(item, options)),
  ];
}

function itemLines(item: ItemDiff, { style, columns }: DiffLineOptions): string[] {
  const { a, b, changes } = item;
  if (a === null || b === null) {
    const line = truncate(`    ${a === null ? "+" : "-"} ${itemText(item)}`, columns);
    return [tone(item, style)(line)];
  }
  if (changes.length === 0) return [];
  return [
    ...withCosts(`    ${itemName(item)}`, costLine(costOf(a), costOf(b)), { style, columns }),
    ...changes.flatMap((change) => changeLines(change, style, columns)),
  ];
}

function changeLines(change: TraceChange, style: Style, columns: number): string[] {
  const indent = " ".repeat(6);
  const line = `${indent}${changeText(change)}`;
  if (textWidth(line) <= columns) return [line];
  const part = (sign: string, value: string | null) =>
    value === null ? [] : [truncate(`${indent}  ${sign} ${printable(value)}`, columns)];
  return [
    truncate(`${indent}${changeName(change)}`, columns),
    ...part("-", change.from).map(style.red),
    ...part("+", change.to).map(style.green),
  ];
}

function changeName({ what, path }: TraceChange): string {
  return printable(path === "" ? what : `${what} ${path}`);
}

function changeText(change: TraceChange, most = Infinity): string {
  const value = (text: string | null) =>
    text === null ? "nothing" : truncate(printable(text), most);
  return `${changeName(change)}: ${value(change.from)} -> ${value(change.to)}`;
}

function tone({ a }: { readonly a: unknown }, style: Style): (text: string) => string {
  return a === null ? style.green : style.red;
}

function side(a: unknown): string {
  return a === null || a === undefined ? "B" : "A";
}

function stepName({ a, b }: StepDiff, inText = false): string {
  const indexes = [a, b].flatMap((place) => place === null ? [] : [place.step_index]);
  const [first = null, second = first] = indexes;
  if (first === null) return "outside of steps";
  const id = printable((a ?? b)?.step_id ?? "");
  const step = `step ${first === second ? first : `${first} / ${second}`}`;
  return id === "" ? step : inText ? `${step} (${id})` : `${step}  ${id}`;
}

function itemName({ kind, name }: ItemDiff): string {
  const kinds = {
    cais: "model",
    runtime: "",
    environment: "env",
    message: "message",
    span: "span",
  };
  return `${kinds[kind]} ${printable(name)}`.trimStart();
}

function itemText(item: ItemDiff): string {
  const one = item.a ?? item.b;
  const text = one === null ? "" : textOf(one);
  return `${itemName(item)}${text === "" ? "" : ` ${truncate(printable(text), 120)}`}`;
}

/** What an event is about: its arguments, its answer, its content. */
function textOf({ tool, message, calls, actions }: TraceItem): string {
  const [call] = calls;
  const [asked] = call?.tool_calls ?? [];
  return tool?.arguments.text ?? message?.content.text ??
    (asked === undefined ? call?.output[0]?.text.text : `${asked.name} ${asked.arguments.text}`) ??
    actions[0]?.text ?? "";
}

function costOf({ duration_ms, input_tokens, output_tokens }: TraceItem): Cost {
  return {
    ms: duration_ms ?? 0,
    input_tokens: input_tokens ?? 0,
    output_tokens: output_tokens ?? 0,
  };
}
