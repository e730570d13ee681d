import { fixFor } from "../fixes.ts";
import { KEEP_LOADED } from "../fixes/speed.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { ping } from "./_shared/ping.ts";

/** An agent that waits for a person or a long tool run is silent for so long, in seconds. */
const LEAST_S = 300;

/** The request itself and the look after it take time, in seconds. */
const TOLERANCE_S = 15;

/** Ollama keeps a model for ever with `keep_alive: -1` and then names a day centuries ahead. */
const FOREVER_S = 365 * 24 * 3600;

/** Does the model stay loaded while the agent is silent? */
export const perfKeepalive: Probe = {
  id: "perf.keepalive",
  group: "E",
  tier: "quick",
  title: "the model stays loaded during a pause of 5 minutes",
  needs: { kinds: ["ollama"] },
  run: keepAlive,
};

async function keepAlive(context: ProbeContext): Promise<ProbeOutcome> {
  await context.chat(await ping(context, 1));
  const loaded = await context.loaded();
  const now = context.clock.now().getTime();
  if (loaded === undefined) {
    return warn(
      { keep_alive_s: 0 },
      "The model is unloaded as soon as it has answered: each step of an agent loads it again",
      fixFor(context, KEEP_LOADED, { seconds: LEAST_S }),
    );
  }
  if (loaded.expiresAt === undefined) return skip("The server does not tell when it unloads");
  const seconds = Math.round((loaded.expiresAt.getTime() - now) / 1000);
  if (seconds > FOREVER_S) return pass({ keep_alive_s: null, keeps_loaded: "for ever" });
  const measured = { keep_alive_s: seconds };
  if (seconds >= LEAST_S - TOLERANCE_S) return pass(measured);
  return warn(
    measured,
    `The model is unloaded after a pause of ${seconds} s: a longer thought or tool run costs a cold load`,
    fixFor(context, KEEP_LOADED, { seconds: LEAST_S }),
  );
}
