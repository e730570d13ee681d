import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import type { Probe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { objectOf } from "./_shared/json.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { shownCall } from "./_shared/made_calls.ts";
import { shown } from "./_shared/text.ts";
import { runToolLoop } from "./_shared/tool_loop.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { calledBefore, READ_FILE } from "./_shared/tools.ts";

const SLIPS = [
  { wrong: "config.tom", right: "config.toml" },
  { wrong: "src/main.pyy", right: "src/main.py" },
  { wrong: "notes", right: "notes.txt" },
] as const;

/** Does the model change its call after an error that says how? */
export const toolRecover: Probe = {
  id: "tool.recover",
  group: "D",
  tier: "standard",
  title: "changed arguments after an error that says how",
  needs: { nativeTools: true },
  run: recover,
};

async function recover(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const misses: string[] = [];
  let repeats = 0;
  for (const { wrong, right } of SLIPS) {
    const error = JSON.stringify({
      error: `No file '${wrong}'`,
      recovery_suggestion: `Use the path '${right}'`,
    });
    const { calls, answer } = await runToolLoop(context, {
      messages: [
        { role: "user", content: `Read the file ${wrong} and tell me its first line.` },
        ...calledBefore(
          { name: READ_FILE.name, arguments: JSON.stringify({ path: wrong }) },
          error,
        ),
      ],
      tools: [READ_FILE],
      maxSteps: 1,
      execute: () => undefined,
    });
    const [call] = calls;
    const path = String(objectOf(call?.arguments ?? "")["path"] ?? "");
    if (path.endsWith(right)) continue;
    if (path === wrong) repeats++;
    misses.push(
      call === undefined
        ? `it says ${shown(answer, 50)}`
        : path === wrong
        ? `it repeats ${shownCall(call)}`
        : `it calls ${shownCall(call)}`,
    );
  }
  const n = SLIPS.length;
  const k = n - misses.length;
  return kOfN(k, n, { identical_repeats: repeats }, {
    diagnosis: `After an error that names the right path the model uses it in ${k} of ${n} tries: ${
      misses[0]
    }${repeats > 0 ? "; owllm's loop guard ends such a run" : ""}`,
    fix: fixFor(context, BIGGER_MODEL),
  });
}
