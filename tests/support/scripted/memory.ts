import type { KnownModel } from "./dialects/models.ts";
import { pause } from "./pause.ts";
import type { ServerControl } from "./types.ts";

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** What Ollama's "forever" shows in `/api/ps`: some centuries. */
const FOREVER_MS = 292 * 365 * 24 * 3_600_000;

/** `"5m"`, seconds as a number, or negative for ever; undefined when it is not given. */
export function keepAliveMs(value: unknown): number | undefined {
  const [, count, unit = "s"] = /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(value)) ?? [];
  if (count === undefined) return undefined;
  const ms = Number(count) * (UNITS_MS[unit] ?? 1000);
  return ms < 0 ? FOREVER_MS : ms;
}

/** Loads a model with a context, which takes its time where it was not there; true when so. */
export async function load(
  model: KnownModel,
  contextTokens: number,
  keepAlive: unknown,
  server: ServerControl,
): Promise<boolean> {
  const { loaded, options } = server;
  const cold = loaded?.model !== model.name || loaded.contextTokens !== contextTokens;
  if (cold) await pause(options.coldLoadMs, server.signal);
  const lives = keepAliveMs(keepAlive) ?? options.keepAliveMinutes * 60_000;
  server.loaded = { model: model.name, contextTokens, expiresAt: Date.now() + lives };
  return cold;
}
