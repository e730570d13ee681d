import type { Derivation, ModelDescription } from "../../models/mod.ts";
import { type RankedFix, rankFixes } from "../fix_order.ts";
import type { FixTarget } from "../fixes.ts";
import { derivedName, llamaServer, lmsLoad, ollama, quote, vllmServe } from "../fixes/commands.ts";
import type { ProbeReport } from "../report.ts";
import { FAMILY_TEMPLATES, familyOf, type TemplateFamily } from "./templates.ts";

/** What a cure is planned from. */
export interface FixInput extends FixTarget {
  /** The results of a smoke of this model. */
  readonly probes: readonly ProbeReport[];
  /** What the server says of the model now. */
  readonly description: ModelDescription | undefined;
  /** Context that the agent needs, in tokens. */
  readonly agentContextTokens: number;
}

/** One thing that cures several findings at once, in the form that this kind of server takes. */
export type Cure =
  | { readonly kind: "none" }
  | { readonly kind: "modelfile"; readonly derivation: Derivation; readonly modelfile: string }
  | { readonly kind: "command" | "steps" | "config" };

/** What to do about a model. */
export interface FixPlan {
  readonly cure: Cure;
  /** What to paste for the cure; empty when there is none. */
  readonly lines: readonly string[];
  /** The probes that the cure is for. */
  readonly cures: readonly string[];
  /** Lines of fix for the other findings, in order of effect. */
  readonly rest: readonly RankedFix[];
}

/** What the findings ask for, whatever the server. */
interface Needs {
  readonly context: number | undefined;
  readonly tools: boolean;
  readonly stop: readonly string[];
  readonly thinking: boolean;
  readonly cures: readonly string[];
}

const CONTEXT_PROBES = ["ctx.declared", "ctx.real", "ctx.tools_survive", "ctx.overflow"];
const TOOL_PROBES = ["meta.caps", "tool.one", "tool.in_content", "tool.result"];

/** Plans the cure of what a smoke found. Pure. */
export function planFix(input: FixInput): FixPlan {
  const family = familyOf(input.model, input.description);
  const needs = needsOf(input, family);
  const { cure, lines } = cureFor(input, needs, family);
  const cures = cure.kind === "none" ? [] : needs.cures;
  const rest = rankFixes(input.probes.filter(({ id }) => !cures.includes(id)));
  return { cure, lines, cures, rest };
}

function needsOf(input: FixInput, family: TemplateFamily | undefined): Needs {
  const { probes, description, agentContextTokens, kind } = input;
  const sick = (ids: readonly string[]) =>
    probes.filter(({ id, status }) => ids.includes(id) && (status === "fail" || status === "warn"))
      .map(({ id }) => id);
  const wanted = Math.min(
    agentContextTokens,
    description?.contextTrained ?? agentContextTokens,
  );
  const loaded = probes.find(({ id }) => id === "ctx.declared")?.measured["loaded_tokens"];
  const small = typeof loaded !== "number" || loaded < wanted ? sick(CONTEXT_PROBES) : [];
  // A template is replaced only where it shows no tools at all: one that works is kept as it is.
  const noTools = kind !== "ollama" || (family !== undefined && lacksTools(description));
  const tools = noTools ? sick(TOOL_PROBES) : [];
  const leaks = sick(["gen.special"]);
  const leaked = probes.find(({ id }) => id === "gen.special")?.measured["tokens"];
  const thinking = kind === "llama_cpp" || kind === "vllm" ? sick(["gen.think_leak"]) : [];
  return {
    context: small.length > 0 ? wanted : undefined,
    tools: tools.length > 0,
    stop: leaks.length > 0 && typeof leaked === "string" ? leaked.split(" ") : [],
    thinking: thinking.length > 0,
    cures: [...small, ...tools, ...leaks, ...thinking],
  };
}

/** New Ollama models bring a renderer in Go; their template is a stub that must stay. */
function lacksTools(description: ModelDescription | undefined): boolean {
  const { template, modelfile = "" } = description ?? {};
  return template !== undefined && !/\.Tools\b/.test(template) &&
    !/^(RENDERER|PARSER)\s/m.test(modelfile);
}

const NO_CURE: Pick<FixPlan, "cure" | "lines"> = { cure: { kind: "none" }, lines: [] };

function cureFor(
  input: FixInput,
  needs: Needs,
  family: TemplateFamily | undefined,
): Pick<FixPlan, "cure" | "lines"> {
  if (needs.cures.length === 0) return NO_CURE;
  const { context, tools, thinking } = needs;
  const parser = family === undefined ? "hermes" : FAMILY_TEMPLATES[family].vllmParser;
  switch (input.kind) {
    case "ollama":
      return modelfileCure(input, needs, family);
    case "llama_cpp":
      // -c is divided by the slots, so an agent's server has one.
      return command(llamaServer(
        input,
        flags(
          context && `-c ${context} -np 1`,
          tools && "--jinja",
          thinking && "--reasoning-format deepseek",
        ),
      ));
    case "vllm":
      return command(vllmServe(
        input,
        flags(
          context && `--max-model-len ${context}`,
          tools && `--enable-auto-tool-choice --tool-call-parser ${parser}`,
          thinking && `--reasoning-parser ${family === "qwen" ? "qwen3" : "deepseek_r1"}`,
        ),
      ));
    case "lm_studio":
      if (context === undefined) return NO_CURE;
      return { cure: { kind: "steps" }, lines: [lmsLoad(input, `--context-length ${context}`)] };
    case "builtin":
      if (context === undefined) return NO_CURE;
      return { cure: { kind: "config" }, lines: ["[builtin]", `context_tokens = ${context}`] };
    case "openai_compatible":
      return NO_CURE;
  }
}

function flags(...given: (string | number | false | undefined)[]): string {
  return given.filter(Boolean).join(" ");
}

function command(line: string): Pick<FixPlan, "cure" | "lines"> {
  return { cure: { kind: "command" }, lines: [line] };
}

function modelfileCure(
  input: FixInput,
  needs: Needs,
  family: TemplateFamily | undefined,
): Pick<FixPlan, "cure" | "lines"> {
  const known = family === undefined ? undefined : FAMILY_TEMPLATES[family];
  const template = needs.tools ? known?.template : undefined;
  const more = [...needs.stop, ...template === undefined ? [] : known?.stop ?? []];
  // A list of stops replaces the old one, so the old ones are named again.
  const stop = [...new Set([...stopsIn(input.description?.modelfile ?? ""), ...more])];
  const derivation: Derivation = {
    model: derivedName(input, "owllm"),
    from: input.model,
    ...(template === undefined ? {} : { template }),
    parameters: {
      ...(needs.context === undefined ? {} : { num_ctx: needs.context }),
      ...(more.length === 0 ? {} : { stop }),
    },
  };
  const modelfile = modelfileOf(derivation);
  const create = ollama(input, `create ${quote(derivation.model)} -f /dev/stdin`);
  const lines = [`${create} <<'MODELFILE'`, ...modelfile.trimEnd().split("\n"), "MODELFILE"];
  return { cure: { kind: "modelfile", derivation, modelfile }, lines };
}

/** The stop sequences of a Modelfile. */
function stopsIn(modelfile: string): string[] {
  return [...modelfile.matchAll(/^PARAMETER\s+stop\s+(?:"(.*)"|(\S.*?))\s*$/gm)]
    .map(([, quoted, bare]) => quoted ?? bare ?? "");
}

/** The Modelfile that says the same as the request to `/api/create`. */
export function modelfileOf({ from, template, parameters }: Derivation): string {
  const values = Object.entries(parameters).flatMap(([name, value]) =>
    (typeof value === "number" ? [String(value)] : value.map((one) => `"${one}"`))
      .map((one) => `PARAMETER ${name} ${one}`)
  );
  const body = template === undefined ? [] : [`TEMPLATE """${template}"""`];
  return `${[`FROM ${from}`, ...values, ...body].join("\n")}\n`;
}
