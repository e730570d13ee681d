import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import type { Probe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { objectOf } from "./_shared/json.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { shownCall } from "./_shared/made_calls.ts";
import { shown } from "./_shared/text.ts";
import { runToolLoop } from "./_shared/tool_loop.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { LIST_FILES, READ_FILE } from "./_shared/tools.ts";

const MAX_STEPS = 5;

/** A value that stands in one of the files of a folder. */
interface Hunt {
  readonly question: string;
  readonly file: string;
  readonly text: string;
  readonly value: string;
}

const OTHER_FILES = ["readme.md", "main.py"];

const HUNTS: readonly Hunt[] = [
  {
    question: "List the files, then read the config file and tell me the port.",
    file: "config.toml",
    text: "host = 'localhost'\nport = 8451",
    value: "8451",
  },
  {
    question: "List the files, then read the notes and tell me the door number.",
    file: "notes.txt",
    text: "Key is under the mat. Door number 7392.",
    value: "7392",
  },
  {
    question: "List the files, then read the invoice and tell me the total.",
    file: "invoice.csv",
    text: "item,price\npaint,120\ntotal,6184",
    value: "6184",
  },
];

/** Do several calls lead to an answer? */
export const toolChain: Probe = {
  id: "tool.chain",
  group: "D",
  tier: "standard",
  title: "list, read, answer: several calls lead to the right value",
  needs: { nativeTools: true },
  run: hunts,
};

async function hunts(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const breaks: string[] = [];
  let steps = 0;
  for (const hunt of HUNTS) {
    const { broke, calls } = await follow(context, hunt);
    steps += calls;
    if (broke !== undefined) breaks.push(broke);
  }
  const n = HUNTS.length;
  return kOfN(n - breaks.length, n, { calls: steps }, {
    diagnosis: `${n - breaks.length} of ${n} chains of calls reach the value; one broke because ${
      breaks[0]
    }`,
    fix: fixFor(context, BIGGER_MODEL),
  });
}

async function follow(context: ProbeContext, hunt: Hunt) {
  let seen = false;
  const { calls, answer } = await runToolLoop(context, {
    messages: [{ role: "user", content: hunt.question }],
    tools: [LIST_FILES, READ_FILE],
    maxSteps: MAX_STEPS,
    execute(call) {
      if (call.name === LIST_FILES.name) return [hunt.file, ...OTHER_FILES].join("\n");
      if (call.name !== READ_FILE.name) return `Error: no tool "${call.name}"`;
      const path = String(objectOf(call.arguments)["path"] ?? "");
      seen ||= path.endsWith(hunt.file);
      return path.endsWith(hunt.file) ? hunt.text : `Error: no file "${path}"`;
    },
  });
  const last = calls[calls.length - 1];
  const at = last === undefined ? "it made no call" : `step ${calls.length} was ${shownCall(last)}`;
  const broke = answer.includes(hunt.value)
    ? undefined
    : answer === ""
    ? `${at} and no answer followed within ${MAX_STEPS} steps`
    : `${at}, then it said ${shown(answer, 40)}${seen ? ` and not ${hunt.value}` : ""}`;
  return { broke, calls: calls.length };
}
