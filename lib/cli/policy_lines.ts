import type { ArgvNode, Decision, Effects, Reason, Verdict } from "../policy/mod.ts";
import type { Style } from "./output.ts";
import { excerpt, visible } from "./policy_excerpt.ts";
import { truncate, wrap } from "./text_width.ts";

/** How the lines of a verdict are drawn. */
export interface VerdictStyle {
  readonly style: Style;
  readonly columns: number;
}

/** Deepest level of reasons and commands that is drawn; deeper ones are in `--json`. */
const MAX_LEVEL = 8;

/** Things of one kind of effect that are drawn. */
const MAX_EFFECTS = 12;

const MARKS: Readonly<Record<Decision, string>> = { allow: "✓", approve: "?", deny: "✗" };

/** The colour of a decision. */
export function decisionPaint(style: Style, decision: Decision): (text: string) => string {
  const paint = { allow: style.green, approve: style.yellow, deny: style.red }[decision];
  return (text) => paint(text);
}

/** Decision, reasons with the part that they point to, effects. Pure. */
export function verdictLines(command: string, verdict: Verdict, how: VerdictStyle): string[] {
  const { decision, reasons, effects } = verdict;
  const { style } = how;
  return [
    style.bold(decisionPaint(style, decision)(decision.toUpperCase())),
    ...reasons.flatMap((reason) => reasonLines(command, reason, undefined, 1, how)),
    ...effectLines(effects, how),
  ];
}

/** A reason with the part that it points to, and those that it is made of. */
export function reasonLines(
  command: string,
  reason: Reason,
  above: Reason | undefined,
  level: number,
  how: VerdictStyle,
): string[] {
  const { style, columns } = how;
  const { decision, code, message, start, end, children = [] } = reason;
  const indent = "  ".repeat(level);
  const paint = decisionPaint(style, decision);
  const room = Math.max(20, columns - indent.length - 2);
  const name = code === "command" ? "" : ` [${code}]`;
  const [first = "", ...rest] = wrap(visible(message) + name, room);
  const lines = [`${indent}${paint(MARKS[decision])} ${first}`];
  lines.push(...rest.map((line) => `${indent}  ${line}`));
  // A reason that points where the one above it points need not be drawn twice.
  if (decision !== "allow" && (above?.start !== start || above.end !== end)) {
    const { text, marks } = excerpt(command, start, end, room);
    lines.push(`${indent}  ${style.dim(text)}`, `${indent}  ${paint(marks)}`);
  }
  if (level >= MAX_LEVEL) {
    return children.length === 0 ? lines : [...lines, `${indent}  …`];
  }
  return [
    ...lines,
    ...children.flatMap((child) => reasonLines(command, child, reason, level + 1, how)),
  ];
}

const EFFECTS: readonly (keyof Effects)[] = ["reads", "writes", "exec", "net", "env"];

/** What the command would touch, one line for each kind. */
export function effectLines(effects: Effects, { style, columns }: VerdictStyle): string[] {
  return EFFECTS.filter((kind) => effects[kind].length > 0).map((kind) => {
    const shown = effects[kind].slice(0, MAX_EFFECTS).map(visible).join(", ");
    const more = effects[kind].length - MAX_EFFECTS;
    const text = more > 0 ? `${shown} and ${more} more` : shown;
    return `${style.dim(kind.padEnd(7))} ${truncate(text, Math.max(20, columns - 8))}`;
  });
}

/** The commands of a text as they were understood, children below the command that runs them. */
export function argvLines(
  nodes: readonly ArgvNode[],
  known: (program: string) => boolean,
  how: VerdictStyle,
  level = 0,
): string[] {
  return nodes.flatMap((node) => {
    const indent = "  ".repeat(level);
    const { style } = how;
    const facts = [
      node.cwd.length === 0
        ? "in an unknown directory"
        : `in ${node.cwd.map(visible).join(" or ")}`,
      ...node.assignments.map((text) => `with ${visible(text)}`),
      ...node.redirections.map(visible),
    ];
    const room = Math.max(20, how.columns - indent.length);
    const deeper = level >= MAX_LEVEL
      ? node.children.length === 0 ? [] : [`${indent}  …`]
      : argvLines(node.children, known, how, level + 1);
    return [
      `${indent}${truncate(wordsOf(node), room)}${programRemark(node, known, style)}`,
      `${indent}  ${style.dim(truncate(facts.join("; "), room - 2))}`,
      ...deeper,
    ];
  });
}

function programRemark(
  { argv, unknown }: ArgvNode,
  known: (program: string) => boolean,
  style: Style,
) {
  const program = argv[0];
  if (program === undefined) return "";
  if (unknown.includes(0)) return style.yellow("  the program is not known before it runs");
  const name = program.slice(program.lastIndexOf("/") + 1);
  return known(name) ? "" : style.yellow(`  no table for "${truncate(visible(name), 30)}"`);
}

/** Each word quoted as JSON where it is not plain; the policy marks those that are not known. */
function wordsOf({ argv, unknown }: ArgvNode): string {
  if (argv.length === 0) return "(no program)";
  return argv.map((word, index) => {
    const plain = unknown.includes(index) || /^[\w@%+=:,./-]+$/.test(word);
    return visible(plain ? word : JSON.stringify(word));
  }).join(" ");
}
