import type { AgentEvent, AgentResult } from "../agent/mod.ts";
import type { Output } from "./output.ts";
import { printable, truncate } from "./text_width.ts";

/** How a run ended, in words. */
const ENDS: Readonly<Record<AgentResult["end"], string>> = {
  answered: "done",
  out_of_steps: "out of steps",
  out_of_time: "out of time",
  out_of_tokens: "out of tokens",
  looping: "stopped: the model went in circles",
  broken_calls: "the model wrote no call that can be run",
  paused: "waits for your approval",
  server_failed: "the model server failed",
  interrupted: "interrupted",
};

/** Shows a run as it goes on, a line for each thing that happened. */
export function agentDisplay(out: Output): (event: AgentEvent) => void {
  const { progressStyle: style, columns } = out;
  const line = (text: string) => out.note(truncate(text, columns));
  return (event) => {
    switch (event.type) {
      case "turn": {
        const { text, call, tokens } = event.turn;
        const used = tokens.prompt === null ? "" : style.dim(` ${tokens.prompt} tokens`);
        if (text.trim() !== "" && call !== undefined) {
          line(`${stepOf(event.step)} ${style.dim(printable(text))}${used}`);
        }
        return;
      }
      case "call_started":
        if (out.interactive) out.progress(`${stepOf(event.step)} … ${event.call.name}\r`);
        return;
      case "call_done": {
        const { call, outcome, ms } = event;
        const mark = outcome.ok ? style.green("✓") : style.red("✗");
        const recovered = call.recovered === undefined ? "" : style.yellow(" (found in its words)");
        const said = outcome.ok ? outcome.result.text : outcome.failure.message;
        const first = printable(said.split("\n")[0] ?? "");
        const took = ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
        line(
          `${stepOf(event.step)} ${mark} ${style.bold(call.name)} ${
            truncate(printable(call.argumentsJson), Math.floor(columns / 2))
          }${recovered} ${style.dim(took)}`,
        );
        line(`     ${first}`);
        return;
      }
      case "advice":
        return line(`${stepOf(event.step)} ${style.yellow("!")} told the model: ${event.text}`);
      case "condensed":
        return line(
          `${stepOf(event.step)} ${style.dim(`${event.messages} older results were shortened`)}`,
        );
      case "server_error": {
        const again = event.retryInMs === null ? "" : `; again in ${event.retryInMs / 1000} s`;
        return line(`${stepOf(event.step)} ${style.yellow("!")} ${event.error.message}${again}`);
      }
      default:
        return;
    }
  };
}

/** The last line: how it ended and what it took. */
export function endLine(result: AgentResult, out: Output): string {
  const { end, steps, calls, recoveredCalls, promptTokens, completionTokens, durationMs } = result;
  const paint = end === "answered" ? out.progressStyle.green : out.progressStyle.yellow;
  const recovered = recoveredCalls === 0 ? "" : ` (${recoveredCalls} found in its words)`;
  return `${paint(ENDS[end])}  ${steps} steps, ${calls} calls${recovered}, ` +
    `${promptTokens} tokens in, ${completionTokens} out, ${(durationMs / 1000).toFixed(1)} s`;
}

function stepOf(step: number): string {
  return String(step + 1).padStart(3);
}
