import { EXIT, OwllmError } from "../../core/mod.ts";
import type { LoadedConfig } from "../../config/mod.ts";
import type { CheckContext, CheckResult } from "../../envs/mod.ts";
import { checkLines } from "../check_lines.ts";
import { defineCommand, type Run } from "../command.ts";
import type { GlobalFlags } from "../context.ts";
import { loadSettings } from "../load.ts";
import { addressesOf } from "../model_target.ts";
import type { Output } from "../output.ts";
import { truncate } from "../text_width.ts";

/** `owllm doctor`. */
export const doctor = defineCommand({
  brief: "Look at this machine: what owllm needs, what is there, and the line to paste",
  description:
    "ok, warn (there, but something is wrong), missing (not there, and owllm works without it) or " +
    "broken (owllm itself does not work).\nExit codes: 0, or 1 when something is broken.",
  examples: ["owllm doctor", "owllm doctor --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { CHECKS, runCheck } = await import("../../envs/mod.ts");
    const context = await contextOf({ cli, out, flags });
    const waiting = new Set(CHECKS.map(({ title }) => title));
    const progress = progressOf(out, waiting);
    const results = CHECKS.map(async (check) => {
      const result = await runCheck(check, context, cli.signal);
      waiting.delete(check.title);
      progress.draw();
      return { ...check, result };
    });
    // One may fail while an earlier one is awaited; it is thrown when its turn comes.
    void Promise.allSettled(results);
    const titles = Math.max(...CHECKS.map(({ title }) => title.length));
    const done = [];
    for (const next of results) {
      progress.draw();
      const { id, title, result } = await next;
      progress.clear();
      done.push({ id, title, ...result });
      for (const line of checkLines(title, result, titles, out)) out.print(line);
    }
    const ok = done.every(({ status }) => status !== "broken");
    if (!ok) cli.setExitCode(EXIT.failed);
    if (out.json) return out.printJson({ ok, checks: done.map(documentOf) });
    out.print();
    out.print(ok ? "owllm can work here." : out.style.red("owllm cannot work here; see above."));
  },
});

/** A configuration that does not load is a finding, not the end. */
async function contextOf({ cli, flags }: Run<GlobalFlags>): Promise<CheckContext> {
  let config: LoadedConfig;
  let configError: OwllmError | undefined;
  try {
    config = await loadSettings(cli, flags);
  } catch (error) {
    if (!(error instanceof OwllmError)) throw error;
    const { absolutePath, defaultConfig } = await import("../../config/mod.ts");
    const home = cli.env("HOME") ?? "";
    configError = error;
    config = await defaultConfig({ env: cli.env, home });
    if (flags.state !== undefined) {
      const state = { dir: absolutePath(flags.state, cli.cwd, home) };
      config = { ...config, settings: { ...config.settings, state } };
    }
  }
  const { displayPath } = await import("../../config/mod.ts");
  return {
    config,
    configError,
    lookup: await addressesOf(cli, config),
    env: cli.env,
    shown: (path) => displayPath(path, cli.cwd, cli.env("HOME") ?? ""),
    clock: cli.clock,
    ids: cli.ids,
  };
}

function documentOf(
  { id, title, status, value, more = [], fix }: CheckResult & {
    readonly id: string;
    readonly title: string;
  },
) {
  return { id, title, status, value, more, fix: fix ?? null };
}

/** On a terminal: what is still being looked at. */
function progressOf(out: Output, waiting: ReadonlySet<string>) {
  if (!out.interactive) return { draw: () => {}, clear: () => {} };
  const clear = () => out.progress("\r\x1b[K");
  return {
    draw() {
      const text = truncate(`Looking at ${[...waiting].join(", ")}`, out.columns - 1);
      if (waiting.size > 0) out.progress(`\r${out.progressStyle.dim(text)}\x1b[K`);
    },
    clear,
  };
}
