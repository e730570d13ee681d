import { z } from "zod";
import { SERVER_KINDS } from "../models/mod.ts";
import { ProfileSchema } from "./profile.ts";
import { SMOKE_REPORT_VERSION, type SmokeReport } from "./report.ts";

const Tier = z.enum(["quick", "standard", "deep"]);

const Probe = z.strictObject({
  id: z.string().min(1).describe("Stable name such as ctx.real"),
  group: z.enum(["A", "B", "C", "D", "E"])
    .describe("A server, B generation, C context, D tools, E speed"),
  tier: Tier,
  status: z.enum(["pass", "warn", "fail", "skip"]),
  ms: z.number().nonnegative().describe("Wall time in milliseconds"),
  measured: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .describe("Measured facts; the unit is in the name"),
  diagnosis: z.string().nullable().describe("Why it is not green; null for pass"),
  fix: z.string().nullable().describe("One line to paste"),
});

const ReportError = z.strictObject({
  probe: z.string().nullable().describe("Null: failed before the first probe"),
  message: z.string(),
  fix: z.string().exactOptional(),
});

/** The shape of {@linkcode SmokeReport}; strict, so that an unknown key is an error. */
export const SmokeReportSchema: z.ZodType<SmokeReport> = z.strictObject({
  schema_version: z.literal(SMOKE_REPORT_VERSION),
  model_id: z.string(),
  status: z.enum(["pass", "warn", "fail", "error", "interrupted"]),
  server_started: z.boolean().describe("True only for the built-in engine"),
  health_ok: z.boolean(),
  generate_ok: z.boolean(),
  tools_ok: z.boolean().nullable().describe("Null: not judged"),
  errors: z.array(ReportError),
  server: z.strictObject({
    kind: z.enum(SERVER_KINDS),
    base_url: z.string().describe("Empty for the built-in engine"),
    version: z.string().nullable(),
  }).nullable().describe("Null when no server was found"),
  model: z.string().describe("The model's name on the server"),
  tier: Tier,
  started_at: z.iso.datetime(),
  duration_ms: z.number().nonnegative(),
  run_id: z.string().nullable().describe("Id for owllm smoke diff; null when nothing was stored"),
  owllm_version: z.string(),
  probes: z.array(Probe),
  profile: ProfileSchema.nullable()
    .describe("What an agent may rely on; null when nothing could be judged"),
  fixes: z.array(z.string()).describe("In order of effect, each once"),
});

/** The JSON Schema (draft 2020-12) of what `owllm smoke model --json` prints. */
export function smokeReportJsonSchema(): Record<string, unknown> {
  return {
    title: "owllm smoke model",
    ...z.toJSONSchema(SmokeReportSchema, { target: "draft-2020-12" }),
  };
}
