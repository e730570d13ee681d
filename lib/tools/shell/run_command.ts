import { z } from "zod";
import { type CapturedOutput, type CommandResult } from "../../sandbox/mod.ts";
import { defineTool } from "../tool.ts";
import { truncate } from "../truncate.ts";
import type { Commands, RanCommand } from "./commands.ts";

const MAX_CHARS = 12_000;
const MAX_LINES = 300;

/** Called after each command, with what to tell the model beside its output. */
export type AfterCommand = (signal: AbortSignal) => Promise<string | undefined>;

/** `run_command`: a command of bash in the sandbox. */
export function createRunCommand(commands: Commands, after?: AfterCommand) {
  return defineTool({
    name: "run_command",
    description: "Run a bash command in the repository. No network. Tests and reads run at once.",
    effect: "execute",
    schema: z.strictObject({
      command: z.string().min(1).max(8_000),
      timeout_s: z.int().min(1).max(600).optional(),
    }),
    async run({ command, timeout_s }, signal) {
      const timeoutMs = timeout_s === undefined ? undefined : timeout_s * 1000;
      const ran = await commands.run(command, signal, timeoutMs);
      // What the policy allows by itself changes no file that anybody would want to keep.
      const remark = ran.verdict.decision === "allow" ? undefined : await after?.(signal);
      return answer(ran, remark);
    },
  });
}

function answer({ result, verdict, approvalId }: RanCommand, remark: string | undefined) {
  const [stdout, outCut] = output(result.stdout);
  const [stderr, errCut] = output(result.stderr);
  const parts = [
    headOf(result),
    ...stdout === "" ? [] : [stdout],
    ...stderr === "" ? [] : [`stderr:\n${stderr}`],
    ...remark === undefined ? [] : [remark],
  ];
  return {
    text: parts.join("\n"),
    truncated: outCut || errCut,
    data: {
      exit_code: result.code,
      signal: result.signal,
      timed_out: result.timedOut,
      out_of_memory: result.outOfMemory,
      duration_ms: Math.round(result.durationMs),
      decision: verdict.decision,
      ...approvalId === undefined ? {} : { approval: approvalId },
      stdout,
      stderr,
    },
  };
}

/** How it ended, in words: a small model reads "exit code 137" as success as often as not. */
function headOf(result: CommandResult): string {
  const { code, signal, timedOut, outOfMemory, outputLimitHit, leftBehind, restarted } = result;
  const how = timedOut
    ? "timed out and was ended"
    : outOfMemory
    ? "used too much memory and was killed"
    : outputLimitHit
    ? "wrote too much and was ended"
    : code === 0
    ? "succeeded"
    : signal === null
    ? `failed with exit code ${code}`
    : `was ended by ${signal}`;
  const more = [
    ...leftBehind > 0 ? [`${leftBehind} processes it had left running were ended`] : [],
    ...restarted === null ? [] : [restarted],
  ];
  return [`The command ${how}`, ...more].join("; ");
}

/** Terminal escapes and other controls: they mean nothing to a model. */
const CONTROLS =
  // deno-lint-ignore no-control-regex -- these are the characters that are taken out
  /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

const decoder = new TextDecoder();

/** Output as text. Bytes that are no UTF-8 show as U+FFFD; escapes of terminals are taken out. */
function output({ head, tail, totalBytes }: CapturedOutput): readonly [string, boolean] {
  const dropped = totalBytes - head.length - tail.length;
  const middle = dropped > 0 ? `\n[cut: ${dropped} bytes that were not kept]\n` : "";
  const text = (decoder.decode(head) + middle + decoder.decode(tail))
    .replaceAll(CONTROLS, "")
    .trimEnd();
  const [shown, cut] = truncate(text, {
    maxChars: MAX_CHARS,
    maxLines: MAX_LINES,
    keep: "ends",
    rest: "Run it again with a filter, such as | grep or | tail, to see the rest",
  });
  return [shown, cut || dropped > 0];
}
