/** The commands of `tests/policy/corpus/` with the decisions that they should get. */
import { type CorpusRow, parseCorpus } from "../../lib/cli/policy_corpus.ts";

const CORPUS = new URL("../policy/corpus/", import.meta.url);

/** The files of the corpus with their rows. */
export function policyCorpus(): readonly { readonly name: string; readonly rows: CorpusRow[] }[] {
  return [...Deno.readDirSync(CORPUS)].map(({ name }) => name).sort().map((name) => ({
    name,
    rows: parseCorpus(Deno.readTextFileSync(new URL(name, CORPUS)), name),
  }));
}
