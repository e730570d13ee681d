/** Edit distance with transpositions (optimal string alignment), ignoring case. */
export function editDistance(a: string, b: string): number {
  const s = a.toLowerCase();
  const t = b.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const cost = s[i - 1] === t[j - 1] ? 0 : 1;
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1]) {
        best = Math.min(best, at(beforeLast, j - 2) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, t.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/**
 * The known names nearest to what was typed, best first. A name counts as near when it starts
 * with the input, contains it, or is within a third of its length in edits.
 */
export function nearest(input: string, known: Iterable<string>, most = 3): string[] {
  const typed = input.toLowerCase();
  return [...new Set(known)]
    .map((name) => {
      const lower = name.toLowerCase();
      const part = typed.length >= 2 && (lower.startsWith(typed) || lower.includes(typed));
      return { name, part, distance: editDistance(input, name) };
    })
    .filter(({ name, part, distance }) =>
      part || distance <= Math.max(1, Math.floor(Math.max(name.length, input.length) / 3))
    )
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name);
}

/** ` (did you mean "x"?)`, or nothing when no known name is near. */
export function didYouMean(input: string, known: Iterable<string>): string {
  const [best] = nearest(input, known, 1);
  return best === undefined ? "" : ` (did you mean "${best}"?)`;
}
