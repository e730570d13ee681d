import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { STAY_LOADED } from "../fixes/speed.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { ping } from "./_shared/ping.ts";
import { oneDecimal } from "./_shared/speed.ts";

/**
 * How long does the first answer of a model that is not in memory wait for the weights? What the
 * system still holds in its page cache loads faster than after a start of the machine.
 */
export const perfCold: Probe = {
  id: "perf.cold",
  group: "E",
  tier: "standard",
  title: "an unloaded model is back in time",
  needs: {},
  run: coldLoad,
};

async function coldLoad(context: ProbeContext): Promise<ProbeOutcome> {
  const { provider, model, signal } = context;
  if (provider.unload === undefined) return skip("The server has no call that unloads a model");
  try {
    await provider.unload(model, signal);
  } catch (error) {
    // Somebody else is using it: no fault of the server.
    if (error instanceof OwllmError && error.code === "model") return skip(error.message);
    throw error;
  }
  const { timings } = await context.chat(await ping(context, 1));
  const loadMs = Math.round(timings.loadMs ?? timings.totalMs);
  const sizeBytes = await weightBytes(context);
  const measured = {
    load_ms: loadMs,
    size_bytes: sizeBytes ?? null,
    disk_mb_s: sizeBytes === undefined || loadMs === 0
      ? null
      : oneDecimal(sizeBytes / 1e6 / (loadMs / 1000)),
    first_answer_ms: Math.round(timings.totalMs),
    source: timings.loadMs === undefined ? "client" : "server",
  };
  const budget = context.settings.coldLoadBudgetMs;
  if (loadMs <= budget) return pass(measured);
  const speed = measured.disk_mb_s === null ? "" : ` (${measured.disk_mb_s} MB/s)`;
  return warn(
    measured,
    `Loading the model takes ${oneDecimal(loadMs / 1000)} s where ${
      oneDecimal(budget / 1000)
    } s are bearable${speed}`,
    fixFor(context, STAY_LOADED),
  );
}

/** Size of the weights: of the file where the server lists it, else of what it has loaded. */
async function weightBytes(context: ProbeContext): Promise<number | undefined> {
  const { provider, model, signal } = context;
  const listed = (await provider.listModels(signal))
    .find(({ name }) => name === model || name === `${model}:latest`);
  return listed?.sizeBytes ?? (await context.loaded())?.sizeBytes;
}
