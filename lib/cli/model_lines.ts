import { formatBytes, type OwllmError } from "../core/mod.ts";
import type { FoundServer, ListedModel, ModelDescription } from "../models/mod.ts";
import type { Profile } from "../smoke/mod.ts";
import type { SmokeRunRecord } from "../state/mod.ts";
import { type LineOptions, mark } from "./probe_lines.ts";
import { padEnd, printable, textWidth, wrap } from "./text_width.ts";

/** Everything that `owllm models show` knows of a model. */
export interface ModelFacts {
  readonly model: ListedModel;
  /** Where it is registered, for people. */
  readonly where: string;
  readonly server: FoundServer | undefined;
  readonly description: ModelDescription | undefined;
  /** Why the server or the weights could not be asked. */
  readonly problem: OwllmError | undefined;
  readonly lastRun: SmokeRunRecord | undefined;
  readonly profile: Profile | undefined;
}

/** Words of the smoke room, which is loaded when a model is shown. */
export interface ModelWords {
  formatMs(ms: number): string;
  readonly toolModes: Readonly<Record<string, string>>;
}

/** What a profile says of trust, by its keys. */
const TRUSTS = {
  streaming: "streaming",
  parallel_calls: "parallel calls",
  schema: "JSON schema",
  thinking: "thinking",
} as const satisfies Partial<Record<keyof Profile, string>>;

type Row = readonly [label: string, value: string | undefined];

/** A model as lines for people. Pure. */
export function modelLines(facts: ModelFacts, words: ModelWords, options: LineOptions): string[] {
  const { style } = options;
  const { model, where } = facts;
  return [
    `${style.bold(printable(model.id))}  ${style.dim(where)}`,
    ...rowLines(modelRows(facts), options),
    "",
    ...smokeLines(facts, words, options),
  ];
}

function modelRows({ model, server, description }: ModelFacts): Row[] {
  const { kind, baseUrl, name, gguf } = model;
  const program = [server?.kind ?? kind, server?.version].filter(Boolean).join(" ");
  const place = [program, baseUrl && `at ${baseUrl}`, name && `as ${name}`];
  return [
    ["Where", gguf === undefined ? joined(place, " ") : `built-in engine, ${gguf}`],
    [
      "Weights",
      joined([
        model.sizeBytes === undefined ? undefined : formatBytes(model.sizeBytes),
        model.quantization,
        description?.parameterSize && `${description.parameterSize} parameters`,
        description?.family,
      ]),
    ],
    [
      "Context",
      joined([
        tokens("trained for", description?.contextTrained),
        tokens(
          gguf === undefined ? "server set to" : "engine set to",
          description?.contextConfigured,
        ),
        tokens("owllm asks for", model.contextTokens),
      ]),
    ],
    ["Capabilities", description?.capabilities?.join(", ")],
    ["Base model", model.baseModel],
    ["Type", model.modelType],
    ["Port", model.portHint?.toString()],
    ["4 bits", model.use4bit === true ? "yes" : undefined],
    ["Adapter", model.adapterDir],
    ["System prompt", model.systemPrompt],
  ];
}

function smokeLines(
  { model, lastRun, profile }: ModelFacts,
  words: ModelWords,
  options: LineOptions,
): string[] {
  const { style } = options;
  const head = lastRun === undefined
    ? style.dim(`Never smoked: owllm smoke model ${model.id}`)
    : `Last smoke ${lastRun.startedAt.slice(0, 16).replace("T", " ")}, ${lastRun.tier}: ${
      lastRun.status === "interrupted"
        ? lastRun.status
        : `${mark(lastRun.status, style)} ${lastRun.status}`
    }`;
  return profile === undefined ? [head] : [head, ...rowLines(profileRows(profile, words), options)];
}

function profileRows(profile: Profile, { formatMs, toolModes }: ModelWords): Row[] {
  const { tool_mode, context_tokens, max_tools, prefill_tok_s, decode_tok_s, ttft_ms } = profile;
  const trusted = (value: boolean | null) =>
    Object.entries(TRUSTS).filter(([key]) => profile[key as keyof typeof TRUSTS] === value)
      .map(([, name]) => name).join(", ");
  const rate = (what: string, value: number | null) =>
    value === null ? undefined : `${what} ${Math.round(value * 10) / 10} tok/s`;
  return [
    ["Tools", tool_mode === null ? "not measured" : toolModes[tool_mode] ?? tool_mode],
    ["Show at once", max_tools === null ? undefined : `${max_tools} tools`],
    ["Context", tokens("ask for", context_tokens ?? undefined) ?? "not measured"],
    ["Trust", trusted(true)],
    ["Do not trust", trusted(false)],
    ["Not measured", trusted(null)],
    [
      "Speed",
      joined([
        rate("prefill", prefill_tok_s),
        rate("decode", decode_tok_s),
        ttft_ms === null ? undefined : `first token ${formatMs(ttft_ms)}`,
      ]),
    ],
    [
      "Agent step",
      profile.step_s === null ? undefined : `about ${formatMs(profile.step_s * 1000)}`,
    ],
    ...profile.notes.map((note, i): Row => [i === 0 ? "Notes" : "", note]),
  ];
}

/** Label and value; rows without a value are left out, long values go on below. */
function rowLines(rows: readonly Row[], { columns, style }: LineOptions): string[] {
  const known = rows.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...known.map(([label]) => label.length));
  return known.flatMap(([label, value = ""]) => {
    const text = printable(value);
    const room = columns - width - 4;
    // A path is copied: the terminal may break it, we do not.
    const breakable = text.split(" ").every((word) => textWidth(word) <= room);
    const [first = "", ...rest] = breakable ? wrap(text, room) : [text];
    const indent = " ".repeat(width + 4);
    return [
      `  ${style.dim(padEnd(label, width))}  ${first}`,
      ...rest.map((line) => `${indent}${line}`),
    ];
  });
}

function joined(parts: readonly (string | undefined)[], by = ", "): string {
  return parts.filter((part) => part !== undefined && part !== "").join(by);
}

function tokens(what: string, count: number | undefined): string | undefined {
  return count === undefined ? undefined : `${what} ${count.toLocaleString("en-US")}`;
}
