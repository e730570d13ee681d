import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import { fail, type Probe, type ProbeContext, type ProbeOutcome } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { jsonOf } from "./_shared/json.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { callsMade } from "./_shared/made_calls.ts";
import { type Damage, damageOf } from "./_shared/text_damage.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS, WRITE_FILE } from "./_shared/tools.ts";

/** Quotes, backslashes, line ends, tabs, a literal \u2192, entities, an emoji. */
const SNIPPETS = [
  'if a < b && c > 1:\n\tprint("C:\\\\tmp")',
  "const arrow = \"\\u2192\";\nconst line = 'a\\nb';",
  '<p title="1 & 2">\u{1F642} na\u00EFve</p>\n<br>',
] as const;

/** Does code survive the trip through arguments? */
export const toolEscape: Probe = {
  id: "tool.escape",
  group: "D",
  tier: "quick",
  title: "code survives the trip through arguments",
  needs: { nativeTools: true },
  run: write,
};

async function write(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const damages: Damage[] = [];
  for (const snippet of SNIPPETS) {
    const damage = await tryToWrite(context, snippet);
    if (damage !== undefined) damages.push(damage);
  }
  const n = SNIPPETS.length;
  const k = n - damages.length;
  const damage = damages.find(({ by }) => by === "server") ?? damages[0];
  const counted = { k, n, passed_of: `${k}/${n}`, damage: damage?.what ?? null };
  if (damage?.by === "server") {
    return fail(
      counted,
      `Text in arguments ${damage.what} in ${
        n - k
      } of ${n} calls: owllm puts edits into blocks of the content and not into arguments`,
      fixFor(context, UPGRADE_SERVER),
    );
  }
  return kOfN(k, n, counted, {
    diagnosis: `${k} of ${n} snippets arrive as they were given; one ${damage?.what}`,
    fix: fixFor(context, BIGGER_MODEL),
  });
}

async function tryToWrite(context: ProbeContext, snippet: string): Promise<Damage | undefined> {
  const response = await context.chat(
    await withoutThinking(context, {
      messages: [{
        role: "user",
        content:
          `Call ${WRITE_FILE.name} with the path "note.txt" and with this content, exactly:\n${snippet}`,
      }],
      tools: [WRITE_FILE],
      maxTokens: CALL_TOKENS,
    }),
  );
  const [call] = callsMade(response, [WRITE_FILE]);
  if (call === undefined) return { by: "model", what: "came without a call" };
  const value = jsonOf(call.arguments);
  if (value === undefined) {
    return response.finishReason === "length"
      ? { by: "model", what: "was cut at the token limit" }
      : { by: "server", what: `is no JSON (llama.cpp#16465): ${call.arguments.slice(0, 60)}` };
  }
  if (typeof value === "string") return { by: "server", what: "is encoded twice" };
  const { content } = value as { content?: unknown };
  return typeof content === "string"
    ? damageOf(snippet, content)
    : { by: "model", what: "came without its content" };
}
