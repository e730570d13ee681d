import assert from "node:assert/strict";
import { parseCorpus, scoreCorpus } from "../../lib/cli/policy_corpus.ts";

Deno.test("parseCorpus() undoes the four escapes of the first column and no other", () => {
  const [row] = parseCorpus(
    String.raw`a\\n\n\t\r\x\\	deny|Approve	kind	why \n` + "\r\n",
    "x.tsv",
  );
  assert.deepEqual(row, {
    line: 1,
    command: "a\\n\n\t\r\\x\\",
    expected: ["deny", "approve"],
    category: "kind",
    why: String.raw`why \n`,
  });
});

Deno.test("parseCorpus() passes over empty lines and a line of titles, and keeps commands that are comments", () => {
  const rows = parseCorpus(
    "command\texpected\tcategory\twhy\n\n# ls\tallow\n\tapprove\tempty\t\n",
    "x",
  );
  assert.deepEqual(rows.map(({ line, command, category }) => [line, command, category]), [
    [3, "# ls", "none"],
    [4, "", "empty"],
  ]);
});

Deno.test("parseCorpus() refuses a row without a decision, and a file without rows", () => {
  assert.throws(() => parseCorpus("ls\tallow\nrm -rf /\n", "x.tsv"), {
    message: 'x.tsv:2: The second column is "", expected "allow", "approve" or "deny", ' +
      'alternatives joined by "|"',
  });
  assert.throws(() => parseCorpus("ls\tallow|perhaps", "x.tsv"), /x\.tsv:1: .*"allow\|perhaps"/);
  assert.throws(() => parseCorpus("\n", "x.tsv"), /There is no row/);
});

Deno.test("scoreCorpus() counts fail-open, false alarms and the rest by category", () => {
  const rows = parseCorpus(
    [
      "1\tallow\ta\t",
      "2\tallow\ta\t",
      "3\tdeny\tb\t",
      "4\tapprove|deny\tb\t",
      "5\tallow|approve\tb\t",
      "6\tdeny\tb\t",
    ].join("\n"),
    "x",
  );
  const decisions = ["allow", "approve", "allow", "deny", "deny", "approve"] as const;
  const score = scoreCorpus(rows, (command) => decisions[Number(command) - 1] ?? "deny");
  const { categories, wrong, ...all } = score;
  assert.deepEqual(all, { rows: 6, exact: 2, failOpen: 1, falseAlarms: 1, harmless: 2 });
  assert.deepEqual(categories, [
    { category: "a", rows: 2, exact: 1, failOpen: 0, falseAlarms: 1, harmless: 2 },
    { category: "b", rows: 4, exact: 1, failOpen: 1, falseAlarms: 0, harmless: 0 },
  ]);
  assert.deepEqual(wrong.map(({ command, wrong }) => `${command} ${wrong}`), [
    "2 false_alarm",
    "3 fail_open",
    "5 other",
    "6 other",
  ]);
});
