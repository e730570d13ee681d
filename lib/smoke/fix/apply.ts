import {
  createDerived,
  deleteModel,
  type Derivation,
  type ModelProvider,
} from "../../models/mod.ts";
import { OwllmError } from "../../core/mod.ts";
import type { ProbeReport } from "../report.ts";

/** Longest wait for Ollama to remove a model, also when the person wants to stop, in ms. */
const REMOVE_TIMEOUT_MS = 600;

/** What {@linkcode applyDerivation} needs. */
export interface ApplyOptions {
  readonly provider: ModelProvider;
  readonly derivation: Derivation;
  /** The smoke of the model as it is. */
  readonly before: readonly ProbeReport[];
  /** A smoke of the named model with the same probes. */
  smoke(model: string): Promise<readonly ProbeReport[]>;
  readonly signal: AbortSignal;
}

/** Something that worked before and does not work in the derived model. */
export interface Lost {
  /** A probe, or `capability tools`. */
  readonly what: string;
  readonly diagnosis: string;
}

/** The proof of a cure. */
export interface Applied {
  readonly model: string;
  /** False: it was removed again. */
  readonly kept: boolean;
  /** Probes that are green now and were not. */
  readonly cured: readonly string[];
  readonly lost: readonly Lost[];
}

/**
 * Makes the derived model, smokes it, and keeps it only when it cures something and every probe
 * that was green stays green (a derived model can lose its tools: ollama#12659).
 *
 * @throws `usage` when a model of that name is there already; it is not touched.
 */
export async function applyDerivation(options: ApplyOptions): Promise<Applied> {
  const { provider, derivation, before, signal } = options;
  const { model } = derivation;
  await demandFree(provider, model, signal);
  const was = await provider.describe(derivation.from, signal);
  await createDerived(provider.baseUrl, derivation, signal);
  let kept = false;
  try {
    const now = await provider.describe(model, signal);
    const after = await options.smoke(model);
    const lost = [
      ...lostCapabilities(was?.capabilities, now?.capabilities),
      ...lostProbes(before, after),
    ];
    const green = (probes: readonly ProbeReport[], id: string) =>
      probes.some((one) => one.id === id && one.status === "pass");
    const cured = after.filter(({ id, status }) => status === "pass" && !green(before, id))
      .filter(({ id }) => before.some((one) => one.id === id && one.status !== "skip"))
      .map(({ id }) => id);
    kept = lost.length === 0 && cured.length > 0;
    return { model, kept, cured, lost };
  } finally {
    if (!kept) await deleteModel(provider.baseUrl, model, AbortSignal.timeout(REMOVE_TIMEOUT_MS));
  }
}

async function demandFree(
  provider: ModelProvider,
  model: string,
  signal: AbortSignal,
): Promise<void> {
  if (await provider.describe(model, signal) === undefined) return;
  throw new OwllmError({
    code: "usage",
    message: `There is a model "${model}" already, and owllm does not overwrite it`,
    recoverySuggestion: `ollama rm ${model}`,
  });
}

function lostCapabilities(
  before: readonly string[] = [],
  after: readonly string[] = [],
): Lost[] {
  return before.filter((one) => !after.includes(one)).map((one) => ({
    what: `capability ${one}`,
    diagnosis: `The derived model does not list "${one}" any more`,
  }));
}

function lostProbes(before: readonly ProbeReport[], after: readonly ProbeReport[]): Lost[] {
  return before.filter(({ status }) => status === "pass").flatMap(({ id }) => {
    const now = after.find((one) => one.id === id);
    if (now?.status === "pass") return [];
    return [{ what: id, diagnosis: now?.diagnosis ?? "It was not judged again" }];
  });
}
