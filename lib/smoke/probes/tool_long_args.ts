import type { ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { MORE_ANSWER_TOKENS } from "../fixes/generation.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { jsonOf } from "./_shared/json.ts";
import { callsMade } from "./_shared/made_calls.ts";
import { damageOf } from "./_shared/text_damage.ts";
import { toolReplies } from "./_shared/tool_replies.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { WRITE_FILE } from "./_shared/tools.ts";

const WANTED_BYTES = 4096;

/** Below this a file says nothing about long arguments. */
const LEAST_BYTES = 512;

/** English text has about four bytes a token; a call escapes its line ends. */
const BYTES_PER_TOKEN = 3;

/** Longest that the file may take to be written, in seconds. */
const BEARABLE_S = 60;

/** Does a whole file fit into one argument? */
export const toolLongArgs: Probe = {
  id: "tool.long_args",
  group: "D",
  tier: "standard",
  title: "a file of 4 kB in one argument, streamed",
  needs: { nativeTools: true },
  run: write,
};

async function write(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const file = fileOf(bearableBytes(context, (await toolReplies(context)).replies));
  const request = await withoutThinking(context, {
    messages: [{
      role: "user",
      content:
        `Call ${WRITE_FILE.name} with the path "diary.txt" and with this content, exactly:\n${file}`,
    }],
    tools: [WRITE_FILE],
    maxTokens: Math.ceil((file.length / BYTES_PER_TOKEN) * 1.5),
  });
  const { response } = await context.stream(request);
  const [call] = callsMade(response, [WRITE_FILE]);
  const value = call === undefined ? undefined : jsonOf(call.arguments);
  const content = (value as { content?: unknown } | undefined)?.content;
  const got = typeof content === "string" ? content : call?.arguments ?? response.content;
  const measured = {
    wanted_bytes: file.length,
    got_bytes: new TextEncoder().encode(got).length,
    finish: response.finishReason,
  };
  if (response.finishReason === "length") {
    return fail(
      measured,
      `The call was cut after ${measured.got_bytes} of ${file.length} bytes (finish "length"): owllm edits ranges of lines and does not write whole files`,
      fixFor(context, MORE_ANSWER_TOKENS),
    );
  }
  if (call === undefined) {
    return fail(
      measured,
      `No call came for a file of ${file.length} bytes, though one comes for short arguments`,
      fixFor(context, BIGGER_MODEL),
    );
  }
  if (typeof content !== "string") {
    return fail(
      measured,
      `The arguments of ${call.arguments.length} characters are not JSON with a content: the stream broke them`,
      fixFor(context, UPGRADE_SERVER),
    );
  }
  const damage = damageOf(file, content);
  if (damage === undefined) return pass(measured);
  return fail(
    measured,
    `A file of ${file.length} bytes in an argument ${damage.what}: owllm edits ranges of lines and does not write whole files`,
    fixFor(context, damage.by === "server" ? UPGRADE_SERVER : BIGGER_MODEL),
  );
}

/** 4 kB, or less where the answers so far show that it would take minutes. */
function bearableBytes(context: ProbeContext, replies: readonly ChatResponse[]): number {
  const speeds = replies.flatMap(({ usage, timings }) =>
    usage.completionTokens === undefined
      ? []
      : [usage.completionTokens / ((timings.decodeMs ?? timings.totalMs) / 1000)]
  );
  const tokens = Math.max(0, ...speeds) * BEARABLE_S || Number.POSITIVE_INFINITY;
  const limit = Math.min(tokens, context.bearable(WANTED_BYTES)) * BYTES_PER_TOKEN;
  return Math.max(LEAST_BYTES, Math.min(WANTED_BYTES, limit));
}

const BIRDS = ["owl", "crow", "swan", "wren", "hawk"];
const PLACES = ["harbour", "garden", "bridge", "meadow", "station", "library", "hill"];

/** Numbered lines that no two of them repeat, so that a loop shows. */
function fileOf(bytes: number): string {
  let text = "";
  for (let i = 1;; i++) {
    const line = `Day ${i}: the ${BIRDS[i % BIRDS.length]} sat at the ${
      PLACES[i % PLACES.length]
    } until ${(i * 7) % 24} o'clock.\n`;
    if (text.length + line.length > bytes) return text;
    text += line;
  }
}
