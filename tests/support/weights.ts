import { createIds, messageOf, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { pullDefaultWeights } from "../../lib/models/mod.ts";
import type { Part } from "./real_parts.ts";

/** The real SmolLM2: pulled once by owllm's own pull into `OWLLM_TEST_CACHE`. */
export async function smolLm2(): Promise<Part<string>> {
  const cache = Deno.env.get("OWLLM_TEST_CACHE") ?? `${Deno.env.get("HOME")}/.cache/owllm-test`;
  try {
    const { path } = await pullDefaultWeights({
      directory: `${cache}/weights`,
      env: (name) => Deno.env.get(name),
      clock: systemClock,
      ids: createIds(() => systemClock.now(), systemRandom),
      signal: AbortSignal.timeout(300_000),
    });
    return { there: true, part: path };
  } catch (error) {
    return { there: false, reason: `no weights of SmolLM2 (${messageOf(error)})` };
  }
}
