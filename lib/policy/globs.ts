/** A parsed part of a shell pattern. */
type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | { readonly kind: "set"; readonly test: (char: string) => boolean };

function bracket(pattern: string, start: number): { token: Token; next: number } | undefined {
  let index = start + 1;
  const negated = pattern[index] === "!" || pattern[index] === "^";
  if (negated) index++;
  const end = pattern.indexOf("]", index + 1);
  if (end < 0) return undefined;
  const body = pattern.slice(index, end);
  const test = (char: string) => {
    // Character classes ([:alpha:]) and collations are not worked out: they match anything.
    if (body.includes("[")) return true;
    for (let at = 0; at < body.length; at++) {
      const low = body[at] ?? "";
      if (body[at + 1] === "-" && at + 2 < body.length) {
        if (char >= low && char <= (body[at + 2] ?? "")) return !negated;
        at += 2;
      } else if (char === low) return !negated;
    }
    return negated;
  };
  return { token: { kind: "set", test }, next: body.includes("[") ? pattern.length : end + 1 };
}

function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  for (let index = 0; index < pattern.length;) {
    const char = pattern[index] ?? "";
    const set = char === "[" ? bracket(pattern, index) : undefined;
    if (set !== undefined) {
      found.push(set.token);
      // A bracket that is not worked out may stand for any rest.
      if (set.next === pattern.length && !pattern.endsWith("]")) found.push({ kind: "star" });
      index = set.next;
      continue;
    }
    if (char === "*") found.push({ kind: "star" });
    else if (char === "?") found.push({ kind: "any" });
    else found.push({ kind: "char", char });
    index++;
  }
  return found;
}

function meets(a: Token, b: Token): boolean {
  if (a.kind === "char") {
    if (b.kind === "char") return a.char === b.char;
    return b.kind === "set" ? b.test(a.char) : true;
  }
  return b.kind === "char" && a.kind === "set" ? a.test(b.char) : true;
}

/** Whether some name matches both patterns. Two brackets are taken to meet. */
export function patternsMeet(left: string, right: string): boolean {
  const a = tokens(left);
  const b = tokens(right);
  const seen = new Set<number>();
  const walk = (i: number, j: number): boolean => {
    const key = i * (b.length + 1) + j;
    if (seen.has(key)) return false;
    seen.add(key);
    const x = a[i];
    const y = b[j];
    if (x === undefined && y === undefined) return true;
    if (x?.kind === "star" && (walk(i + 1, j) || (y !== undefined && walk(i, j + 1)))) return true;
    if (y?.kind === "star" && (walk(i, j + 1) || (x !== undefined && walk(i + 1, j)))) return true;
    if (x === undefined || y === undefined || x.kind === "star" || y.kind === "star") return false;
    return meets(x, y) && walk(i + 1, j + 1);
  };
  return walk(0, 0);
}

/** Whether a shell would list the name for the pattern: a leading dot must be matched by a dot. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  return patternsMeet(pattern, escapeName(name));
}

/** Names are compared as patterns; a name with pattern characters may then match more, never less. */
function escapeName(name: string): string {
  return name.replaceAll(/[*[]/g, "?");
}
