/** The shell parser `mvdan-sh` as an oracle: which programs does a text name? */
import sh from "mvdan-sh";

/** A node of its tree, as far as names of commands need it. */
interface Node {
  readonly Args?: readonly { readonly Parts: readonly Part[] }[];
}

interface Part {
  readonly Value?: string;
  readonly Dollar?: boolean;
  readonly Parts?: readonly Part[];
}

interface Syntax {
  NewParser(...options: unknown[]): { Parse(text: string, name: string): unknown };
  Walk(root: unknown, visit: (node: Node | null) => boolean): void;
  NodeType(node: unknown): string;
}

// The package has no types of its own.
const { syntax } = sh as unknown as { syntax: Syntax };

/** The names of all simple commands in a text, or why it does not parse. */
export type OracleNames =
  | {
    readonly ok: true;
    /** Names that are the same whatever the shell's variables and files are. */
    readonly names: readonly string[];
    /** There is a command whose name depends on them. */
    readonly dynamic: boolean;
  }
  | { readonly ok: false };

/** Parses a text as bash would. */
export function oracleNames(text: string): OracleNames {
  const names: string[] = [];
  let dynamic = false;
  try {
    const root = syntax.NewParser().Parse(text, "");
    syntax.Walk(root, (node) => {
      const [word] = node !== null && syntax.NodeType(node) === "CallExpr" ? node.Args ?? [] : [];
      if (word !== undefined) {
        const name = literal(word.Parts, false);
        if (name === undefined) dynamic = true;
        else names.push(name);
      }
      return true;
    });
  } catch {
    // It throws objects of its own; all that matters is that the text was refused.
    return { ok: false };
  }
  return { ok: true, names, dynamic };
}

/** The text of a word after its quotes are removed; undefined when it is not only text. */
function literal(parts: readonly Part[], inQuotes: boolean): string | undefined {
  let text = "";
  for (const part of parts) {
    const value = partText(part, inQuotes);
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}

function partText(part: Part, inQuotes: boolean): string | undefined {
  const value = part.Value ?? "";
  switch (syntax.NodeType(part)) {
    case "Lit":
      if (inQuotes) return value.replaceAll(/\\(?:\n|([$`"\\]))/g, "$1");
      if (/(?<!\\)[*?[\]{}~]/.test(value)) return undefined;
      return value.replaceAll(/\\(?:\n|([^]))/g, "$1");
    case "SglQuoted":
      return part.Dollar === true ? ansi(value) : value;
    case "DblQuoted":
      return literal(part.Parts ?? [], true);
    default:
      return undefined;
  }
}

/** The escapes of `$'…'` that the tests use. */
function ansi(text: string): string | undefined {
  const known = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([0-7]{3}))/gi;
  const decoded = text.replaceAll(
    known,
    (_, hex?: string, unicode?: string, octal?: string) =>
      String.fromCharCode(parseInt(hex ?? unicode ?? octal ?? "0", octal === undefined ? 16 : 8)),
  );
  return text.replaceAll(known, "").includes("\\") ? undefined : decoded;
}
