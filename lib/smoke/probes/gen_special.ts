import { fixFor } from "../fixes.ts";
import { STOP_TOKEN } from "../fixes/generation.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { templateTokensIn } from "./_shared/template_tokens.ts";
import { shown } from "./_shared/text.ts";

const PROMPTS = [
  "Name three rivers.",
  "Write a short poem about the sea.",
  "What is a linked list?",
] as const;

/** Do tokens of the chat template leak into answers? */
export const genSpecial: Probe = {
  id: "gen.special",
  group: "B",
  tier: "standard",
  title: "no template tokens in answers",
  needs: {},
  run: lookForTokens,
};

async function lookForTokens(context: ProbeContext): Promise<ProbeOutcome> {
  const leaks: { readonly tokens: readonly string[]; readonly text: string }[] = [];
  for (const content of PROMPTS) {
    const { response } = await context.stream(
      await withoutThinking(context, {
        messages: [{ role: "user", content }],
        maxTokens: context.server.kind === "builtin" ? 64 : 200,
      }),
    );
    const tokens = templateTokensIn(response.content);
    if (tokens.length > 0) leaks.push({ tokens, text: response.content });
  }
  const n = PROMPTS.length;
  const k = n - leaks.length;
  const [first] = leaks;
  const [token] = first?.tokens ?? [];
  if (first === undefined || token === undefined) return pass({ k, n, passed_of: `${k}/${n}` });
  const found = [...new Set(leaks.flatMap(({ tokens }) => tokens))];
  const around = first.text.slice(Math.max(0, first.text.indexOf(token) - 20));
  return (k === n - 1 ? warn : fail)(
    { k, n, passed_of: `${k}/${n}`, tokens: found.join(" ") },
    `Template tokens leak into ${n - k} of ${n} answers: ${found.join(" ")} in ${
      shown(around, 50)
    }: the end token of the weights and the template do not match`,
    fixFor(context, STOP_TOKEN, { token }),
  );
}
