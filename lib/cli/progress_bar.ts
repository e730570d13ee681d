import type { Output } from "./output.ts";

const WIDTH = 30;

/** A bar that is drawn over itself on a terminal, and a line per quarter elsewhere. */
export interface ProgressBar extends Disposable {
  update(done: number, total: number): void;
}

/** Shows how many of so many bytes are there. */
export function startProgressBar(out: Output, what: string): ProgressBar {
  let lastQuarter = -1;
  return {
    update(done, total) {
      const share = total === 0 ? 0 : done / total;
      const numbers = `${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
      if (out.interactive) {
        const full = Math.round(share * WIDTH);
        out.progress(`\r${what} ${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${numbers}\x1b[K`);
        return;
      }
      const quarter = Math.floor(share * 4);
      if (quarter === lastQuarter) return;
      lastQuarter = quarter;
      out.note(`${what} ${numbers}`);
    },
    [Symbol.dispose]() {
      if (out.interactive) out.progress("\r\x1b[K");
    },
  };
}
