import type { DerivedModel, ServerControl } from "../types.ts";
import { idOf } from "./ids.ts";

type Json = Record<string, unknown>;

/** What a model of this server is, itself or by its `from`. */
export interface KnownModel {
  readonly name: string;
  /** Undefined for the server's own model. */
  readonly made: DerivedModel | undefined;
  readonly template: string;
  readonly capabilities: readonly string[];
  /** Context that is loaded for it unless a request asks for another. */
  readonly contextTokens: number;
}

/** Names as Ollama lists them: with a tag. */
export function tagged(name: string): string {
  return name.includes(":") ? name : `${name}:latest`;
}

/** Every name, the server's own model first. */
export function modelNames({ options, derived }: ServerControl): string[] {
  return [options.model, ...derived.keys()];
}

/** The model of a name, with or without `:latest`; undefined when there is none. */
export function findModel(name: string, server: ServerControl): KnownModel | undefined {
  const { options } = server;
  const known = modelNames(server).find((one) => tagged(one) === tagged(name));
  if (known === undefined) return undefined;
  const made = server.derived.get(known);
  const numCtx = made?.parameters["num_ctx"];
  return {
    name: known,
    made,
    template: made?.template ?? options.template,
    capabilities: capabilitiesOf(made, options.capabilities),
    contextTokens: typeof numCtx === "number" ? numCtx : options.contextTokens,
  };
}

/** As in Ollama, a template that takes tools brings the capability and one that does not costs it. */
function capabilitiesOf(made: DerivedModel | undefined, base: readonly string[]): string[] {
  if (made?.template === undefined) return [...base];
  const others = base.filter((one) => one !== "tools");
  return made.template.includes(".Tools") ? [...others, "tools"] : others;
}

/** Ollama's `details` of a model. */
export function detailsOf({ options }: ServerControl, parent = ""): Json {
  return {
    parent_model: parent,
    format: "gguf",
    family: "qwen2",
    families: ["qwen2"],
    parameter_size: "7.6B",
    quantization_level: options.quantization,
  };
}

/** A digest as registries write it. */
export function digestOf(name: string): string {
  return idOf(name, 64).replaceAll(/[g-z]/g, (letter) => String(letter.charCodeAt(0) % 10));
}
