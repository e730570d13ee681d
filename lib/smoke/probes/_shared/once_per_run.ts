import type { ModelProvider } from "../../../models/mod.ts";
import type { ProbeContext } from "../../probe.ts";

/** Asks a server something. */
type Question<T> = (context: ProbeContext, provider: ModelProvider) => Promise<T>;

/**
 * The same question, asked once per run and route however many probes want its answer. An error is
 * kept too: a server that hangs must not be waited for by every probe.
 */
export function oncePerRun<T>(
  ask: Question<T>,
): (context: ProbeContext, provider?: ModelProvider) => Promise<T> {
  const runs = new WeakMap<ProbeContext, Map<ModelProvider, Promise<T>>>();
  return (context, provider = context.provider) => {
    const answers = runs.get(context) ?? new Map<ModelProvider, Promise<T>>();
    runs.set(context, answers);
    const answer = answers.get(provider) ?? ask(context, provider);
    answers.set(provider, answer);
    return answer;
  };
}
