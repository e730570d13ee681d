import { didYouMean, nearest } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { GET_MODEL } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome } from "../probe.ts";

/** Does the server know the model by this name? */
export const modelExists: Probe = {
  id: "model.exists",
  group: "A",
  tier: "quick",
  title: "the server knows the model",
  needs: {},
  fatal: true,
  run: exists,
};

async function exists(context: ProbeContext): Promise<ProbeOutcome> {
  const { model, server } = context;
  const description = await context.describe();
  if (description !== undefined) {
    return pass({
      family: description.family ?? null,
      parameters: description.parameterSize ?? null,
      quantization: description.quantization ?? null,
    });
  }
  const listed = await context.provider.listModels(context.signal);
  const names = listed.map(({ name }) => name.replace(/:latest$/, ""));
  const near = nearest(model, names);
  const offers = names.length === 0
    ? "it offers no model at all"
    : `it offers ${names.slice(0, 5).join(", ")}`;
  return fail(
    { models_offered: names.length, nearest: near.join(", ") },
    `${server.kind} knows no model "${model}"${didYouMean(model, names)}; ${offers}`,
    fixFor(context, GET_MODEL, { nearest: near[0] }),
  );
}
