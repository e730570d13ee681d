import type { Finding } from "./paths.ts";
import type { ArgvNode, Decision, Effects, Reason } from "./types.ts";

/** A part of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const STRICTNESS: Readonly<Record<Decision, number>> = { allow: 0, approve: 1, deny: 2 };

/** The stricter of two decisions. */
export function stricter(left: Decision, right: Decision): Decision {
  return STRICTNESS[left] >= STRICTNESS[right] ? left : right;
}

/** The strictest decision among reasons; allow when there are none. */
export function strictest(reasons: readonly { readonly decision: Decision }[]): Decision {
  return reasons.reduce<Decision>((worst, { decision }) => stricter(worst, decision), "allow");
}

/** What a command was understood as; the children come from the commands judged inside it. */
export type CommandFacts = Omit<ArgvNode, "children" | "start" | "end">;

interface OpenCommand {
  readonly span: Span;
  readonly reasons: Reason[];
  /** What the reasons without children say, so that nothing is said twice. */
  readonly keys: Set<string>;
  readonly argv: ArgvNode[];
  facts: CommandFacts | undefined;
}

const EMPTY: CommandFacts = {
  argv: [],
  unknown: [],
  cwd: [],
  assignments: [],
  redirections: [],
};

function opened(span: Span): OpenCommand {
  return { span, reasons: [], keys: new Set(), argv: [], facts: undefined };
}

/** Collects findings, effects and commands while a text is judged. */
export class Recorder {
  readonly #effects = {
    reads: new Set<string>(),
    writes: new Set<string>(),
    exec: new Set<string>(),
    net: new Set<string>(),
    env: new Set<string>(),
  };
  #open: OpenCommand = opened({ start: 0, end: 0 });

  /** Records something that speaks against the command that is being judged. */
  find(finding: Finding, span: Span): void {
    this.#add({ ...finding, start: span.start, end: span.end });
  }

  /** Records what a command touches. */
  effect(kind: keyof Effects, what: string): void {
    this.#effects[kind].add(what);
  }

  /** Judges one command: everything found during `judge` belongs to it. */
  command<T>(span: Span, judge: (state: (facts: CommandFacts) => void) => T): T {
    const outer = this.#open;
    const mine = opened(span);
    this.#open = mine;
    try {
      return judge((facts) => mine.facts = facts);
    } finally {
      this.#open = outer;
      this.#add(summarize(mine));
      outer.argv.push({
        ...(mine.facts ?? EMPTY),
        children: mine.argv,
        start: span.start,
        end: span.end,
      });
    }
  }

  /** Runs `judge` and keeps what it found only when that is a denial. */
  onlyDenials(judge: () => void): void {
    const outer = this.#open;
    const trial = opened(outer.span);
    this.#open = trial;
    try {
      judge();
    } finally {
      this.#open = outer;
      for (const reason of trial.reasons) if (reason.decision === "deny") this.#add(reason);
    }
  }

  /** The decision of everything found so far in the command that is being judged. */
  get decision(): Decision {
    return strictest(this.#open.reasons);
  }

  /** What was found. */
  get reasons(): readonly Reason[] {
    return this.#open.reasons;
  }

  /** The commands as they were understood. */
  get argv(): readonly ArgvNode[] {
    return this.#open.argv;
  }

  /** What the commands touch, each thing once, in the order in which it was seen. */
  get effects(): Effects {
    const { reads, writes, exec, net, env } = this.#effects;
    return {
      reads: [...reads],
      writes: [...writes],
      exec: [...exec],
      net: [...net],
      env: [...env],
    };
  }

  #add(reason: Reason): void {
    const { decision, code, message, start, end, children = [] } = reason;
    if (children.length === 0) {
      const key = `${decision} ${code} ${start} ${end} ${message}`;
      if (this.#open.keys.has(key)) return;
      this.#open.keys.add(key);
    }
    this.#open.reasons.push(reason);
  }
}

function summarize({ span, reasons, facts }: OpenCommand): Reason {
  const decision = strictest(reasons);
  const words = (facts?.argv ?? []).join(" ");
  const shown = words.length > 60 ? `${words.slice(0, 59)}…` : words;
  const verb = {
    allow: "is understood and harmless",
    approve: "needs a person",
    deny: "is refused",
  };
  return {
    decision,
    code: "command",
    message: `"${shown}" ${verb[decision]}`,
    start: span.start,
    end: span.end,
    children: reasons,
  };
}
