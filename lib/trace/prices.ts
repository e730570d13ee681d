import type { ConfiguredPrice } from "../config/mod.ts";
import type { CAISEvent, TokenUsage } from "./events.ts";

const MILLION = 1e6;

/**
 * What a request cost, in US dollars; null for a model without a price and where the server did not
 * tell its tokens: nothing is estimated. An exact name comes before a pattern, and of patterns the
 * one with the most characters besides its `*`.
 *
 * @example
 * ```ts
 * const prices = [{ model: "gpt-5*", input: 0.25, output: 2 }];
 * const usage = { input_tokens: 1000, output_tokens: 500, total_tokens: 1500 };
 * costOf(prices, "gpt-5-mini", usage); // 0.00125
 * ```
 */
export function costOf(
  prices: readonly ConfiguredPrice[],
  model: string,
  usage: TokenUsage,
): number | null {
  const price = priceOf(prices, model);
  const { input_tokens, output_tokens } = usage;
  if (price === undefined || input_tokens === null || output_tokens === null) return null;
  const cached = Math.min(usage.cache_read_tokens ?? 0, input_tokens);
  const sum = (input_tokens - cached) * price.input + cached * (price.cached ?? price.input) +
    output_tokens * price.output;
  return sum / MILLION;
}

/** The same for an event, whose requests may have read from a cache. */
export function costOfEvent(
  prices: readonly ConfiguredPrice[],
  event: Pick<CAISEvent, "model_name" | "input_tokens" | "output_tokens" | "call_records">,
): number | null {
  if (event.model_name === null) return null;
  const cached = event.call_records.map(({ usage }) => usage?.cache_read_tokens ?? 0);
  return costOf(prices, event.model_name, {
    input_tokens: event.input_tokens,
    output_tokens: event.output_tokens,
    total_tokens: null,
    cache_read_tokens: cached.reduce((sum, count) => sum + count, 0),
  });
}

function priceOf(prices: readonly ConfiguredPrice[], model: string): ConfiguredPrice | undefined {
  const exact = prices.find((price) => price.model === model);
  if (exact !== undefined) return exact;
  const weight = (price: ConfiguredPrice) => price.model.replaceAll("*", "").length;
  return prices.filter((price) => matches(price.model, model))
    .toSorted((a, b) => weight(b) - weight(a))[0];
}

function matches(pattern: string, model: string): boolean {
  if (!pattern.includes("*")) return false;
  return new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s").test(model);
}
