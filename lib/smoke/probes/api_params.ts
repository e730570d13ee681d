import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { READ_LOG } from "../fixes/server.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { withCompat } from "./_shared/with_compat.ts";
import type { ModelProvider } from "../../models/mod.ts";

/** Fields that a client may send, by the name they get in the table. */
const FIELDS = {
  logprobs: { logprobs: true },
  n_2: { n: 2 },
  unknown_field: { x_owllm: 1 },
} as const;

/** Which optional fields does the server take, refuse cleanly, or break on? */
export const apiParams: Probe = {
  id: "api.params",
  group: "A",
  tier: "standard",
  title: "optional fields are taken or refused cleanly",
  needs: {},
  run: (context) =>
    context.server.kind === "builtin"
      ? Promise.resolve(skip("The built-in engine takes no HTTP fields"))
      : withCompat(context, (provider) => tryFields(context, provider)),
};

async function tryFields(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const measured: Record<string, string> = {};
  const broken: string[] = [];
  for (const [name, extra] of Object.entries(FIELDS)) {
    const status = await statusWith(context, provider, extra);
    measured[name] = status === 200 ? "accepted" : status < 500 ? `refused ${status}` : `${status}`;
    if (status >= 500) broken.push(`${JSON.stringify(extra)} gives ${status}`);
  }
  if (broken.length === 0) return pass(measured);
  return warn(
    measured,
    `A bug of the server: ${broken.join(", ")}, where an answer or a 400 is due`,
    fixFor(context, READ_LOG),
  );
}

async function statusWith(
  context: ProbeContext,
  provider: ModelProvider,
  extra: Readonly<Record<string, unknown>>,
): Promise<number> {
  try {
    const messages = [{ role: "user", content: "Reply with the single word pong" }] as const;
    const { wire } = await context.chat({ messages, maxTokens: 4, extra }, provider);
    return wire.status;
  } catch (error) {
    const status = error instanceof OwllmError && error.code === "model"
      ? Number(error.context["status"] ?? 0)
      : 0;
    if (status === 0) throw error;
    return status;
  }
}
