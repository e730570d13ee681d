/** The corpus of commands: nothing is allowed that must not be, and few harmless ones are stopped. */
import assert from "node:assert/strict";
import { type CorpusScore, scoreCorpus } from "../../lib/cli/policy_corpus.ts";
import { decide } from "../../lib/policy/mod.ts";
import { policyCorpus } from "../support/policy_corpus.ts";
import { HOSTILE_WORLD, PLAIN_WORLD } from "../support/policy_worlds.ts";

/** The share of harmless commands that may be stopped. */
const MAX_FALSE_ALARMS = 0.03;

function wrongRows(name: string, score: CorpusScore): string[] {
  return score.wrong.map(({ line, wrong, decision, expected, command, why }) =>
    `${name}:${line} ${wrong}: ${decision}, expected ${expected.join("|")}: ` +
    `${JSON.stringify(command.slice(0, 120))} (${why})`
  );
}

Deno.test("decide() judges the corpus: fail-open 0, false alarms under 3 %", () => {
  const scores = policyCorpus().map(({ name, rows }) => {
    // Everyday commands run in a repository as most are, everything else in a hostile one.
    const context = name === "everyday.tsv" ? PLAIN_WORLD : HOSTILE_WORLD;
    return { name, score: scoreCorpus(rows, (command) => decide(command, context).decision) };
  });
  const sum = (key: "rows" | "failOpen" | "falseAlarms" | "harmless") =>
    scores.reduce((total, { score }) => total + score[key], 0);
  const wrong = scores.flatMap(({ name, score }) => wrongRows(name, score));
  const report = `${sum("rows")} rows, wrong:\n${wrong.join("\n")}`;
  assert.ok(sum("rows") >= 2500 && sum("harmless") >= 600, report);
  assert.equal(sum("failOpen"), 0, report);
  assert.ok(sum("falseAlarms") / sum("harmless") < MAX_FALSE_ALARMS, report);
  assert.deepEqual(wrong, []);
});
