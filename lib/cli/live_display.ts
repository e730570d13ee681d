import type { Clock } from "../core/mod.ts";
import type { ProbeReport, ProbeResult, SmokeEvent } from "../smoke/mod.ts";
import { eraseLine, type LineOptions, resultLines, runningLine } from "./probe_lines.ts";
import type { Output, Style } from "./output.ts";
import { textWidth } from "./text_width.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** Time between two frames of the spinner, in milliseconds. */
const FRAME_MS = 100;

/** What the display needs of the smoke room, which is loaded late. */
export interface Headlines {
  readonly GROUP_TITLES: Readonly<Record<ProbeResult["group"], string>>;
  headline(probe: Pick<ProbeReport, "id" | "measured">): string;
}

/** Turns the events of a run into lines. Pure: it neither prints nor reads a clock. */
export class SmokeLines {
  #group: string | undefined;
  #running: { readonly id: string; readonly since: number } | undefined;

  constructor(private readonly smoke: Headlines) {}

  /** The lines that an event adds for good. */
  add(event: SmokeEvent, nowMs: number, options: LineOptions): string[] {
    const { group, id } = event.probe;
    const heading = group === this.#group ? [] : this.#heading(group, options.style);
    this.#group = group;
    if (event.type === "probe_start") {
      this.#running = { id, since: nowMs };
      return heading;
    }
    this.#running = undefined;
    return [...heading, ...resultLines(event.result, this.smoke.headline(event.result), options)];
  }

  /** The line that is drawn over until the running probe ends; undefined between probes. */
  transient(nowMs: number, options: LineOptions): string | undefined {
    if (this.#running === undefined) return undefined;
    return runningLine(this.#running.id, nowMs - this.#running.since, options);
  }

  #heading(group: ProbeResult["group"], style: Style): string[] {
    const title = style.bold(this.smoke.GROUP_TITLES[group]);
    return this.#group === undefined ? [title] : ["", title];
  }
}

/** A running display; leave it by `using`, which gives the cursor back. */
export interface LiveDisplay extends Disposable {
  onEvent(event: SmokeEvent): void;
}

/** Shows a run on stderr: drawn over itself on a terminal, plain lines elsewhere. */
export function startDisplay(out: Output, smoke: Headlines, clock: Clock): LiveDisplay {
  return out.interactive ? startLive(out, smoke, clock) : startPlain(out, smoke);
}

function startPlain(out: Output, smoke: Headlines): LiveDisplay {
  return {
    onEvent(event) {
      if (event.type === "probe_start") return;
      const { id, status, ms, diagnosis } = event.result;
      const facts = [smoke.headline(event.result), diagnosis].filter(Boolean).join("  ");
      out.note(`${status.padEnd(4)}  ${id.padEnd(18)}  ${Math.round(ms)} ms  ${facts}`.trimEnd());
    },
    [Symbol.dispose]() {},
  };
}

function startLive(out: Output, smoke: Headlines, clock: Clock): LiveDisplay {
  const lines = new SmokeLines(smoke);
  let drawnColumns = 0;
  const options = () => ({ columns: terminalColumns(out.columns), style: out.progressStyle });
  const draw = (added: readonly string[]) => {
    const now = options();
    const erase = drawnColumns === 0 ? "" : eraseLine(drawnColumns, now.columns);
    const transient = lines.transient(clock.monotonic(), now) ?? "";
    drawnColumns = textWidth(transient);
    out.progress(erase + added.map((line) => `${line}\n`).join("") + transient);
  };
  const spin = setInterval(() => draw([]), FRAME_MS);
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(spin);
    const erase = drawnColumns === 0 ? "" : eraseLine(drawnColumns, options().columns);
    out.progress(`${erase}${SHOW_CURSOR}\n`);
    globalThis.removeEventListener("unload", end);
  };
  // A second Ctrl-C ends the process at once; the cursor must come back then too.
  globalThis.addEventListener("unload", end);
  out.progress(HIDE_CURSOR);
  return {
    onEvent: (event) => draw(lines.add(event, clock.monotonic(), options())),
    [Symbol.dispose]: end,
  };
}

/** The width right now: it changes when a person drags the window. */
function terminalColumns(fallback: number): number {
  try {
    return Deno.consoleSize().columns || fallback;
  } catch {
    return fallback; // The terminal went away while we ran.
  }
}
