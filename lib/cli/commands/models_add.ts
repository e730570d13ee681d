import { OwllmError } from "../../core/mod.ts";
import type { LoadedConfig } from "../../config/mod.ts";
import type { NewModel, State } from "../../state/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { lookupOf } from "../model_target.ts";
import { GGUF_HELP, ggufOf } from "../gguf_argument.ts";

type Flags = {
  readonly server?: string;
  readonly name?: string;
  readonly gguf?: string;
  readonly baseModel?: string;
  readonly modelType?: "instruct" | "base";
  readonly port?: number;
  readonly "use-4bit": boolean;
  readonly adapterDir?: string;
  readonly systemPrompt?: string;
  readonly context?: number;
};

const text = (value: string): string => value;

/** `owllm models add <id>`. */
export const modelsAdd = defineCommand<Flags, [id: string]>({
  brief: "Register a model under an id of your own",
  description:
    `A model of a server (--server, --name), or weights for the built-in engine (--gguf). ${GGUF_HELP} ` +
    "A server that answers is asked whether it has the model.",
  examples: [
    "owllm models add coder --name qwen2.5-coder:7b --context 16384",
    "owllm models add lab --server http://127.0.0.1:8000 --name Qwen2.5-7B",
    "owllm models add mine --gguf ~/models/mine-Q4_K_M.gguf",
    "owllm models add mine --gguf ollama:qwen2.5:0.5b",
  ],
  flags: {
    server: {
      kind: "parsed",
      parse: text,
      brief: "Address of the server that has it",
      optional: true,
      placeholder: "URL",
    },
    name: {
      kind: "parsed",
      parse: text,
      brief: "Its name on the server, where that is not the id",
      optional: true,
      placeholder: "NAME",
    },
    gguf: {
      kind: "parsed",
      parse: text,
      brief: "A GGUF for the built-in engine, or ollama:NAME",
      optional: true,
      placeholder: "FILE",
    },
    baseModel: {
      kind: "parsed",
      parse: text,
      brief: "The model that it was made from",
      optional: true,
      placeholder: "NAME",
    },
    modelType: {
      kind: "enum",
      values: ["instruct", "base"],
      brief: "Follows instructions, or only continues text",
      optional: true,
    },
    port: {
      kind: "parsed",
      parse: whole("port", 65_535),
      brief: "Port that a server of it would like",
      optional: true,
      placeholder: "PORT",
    },
    "use-4bit": {
      kind: "boolean",
      brief: "Load the weights in 4 bits",
      default: false,
      withNegated: false,
    },
    adapterDir: {
      kind: "parsed",
      parse: text,
      brief: "A LoRA adapter to put on top",
      optional: true,
      placeholder: "DIR",
    },
    systemPrompt: {
      kind: "parsed",
      parse: text,
      brief: "Said before every conversation",
      optional: true,
      placeholder: "TEXT",
    },
    context: {
      kind: "parsed",
      parse: whole("number of tokens", 2 ** 31),
      brief: "Context to ask for, in tokens",
      optional: true,
      placeholder: "TOKENS",
    },
  },
  positional: {
    kind: "tuple",
    parameters: [{ brief: "The new id", parse: text, placeholder: "ID" }],
  },
  run: add,
});

/** A parser of whole numbers from 1 to `most`. */
function whole(what: string, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (Number.isInteger(number) && number > 0 && number <= most) return number;
    throw new RangeError(`"${value}" is no ${what}`);
  };
}

async function add(run: Run<Flags>, id: string): Promise<void> {
  const { cli, out, flags } = run;
  const config = await loadSettings(cli, flags);
  using state = await openStateFor(cli, flags);
  await demandFreeId(id, config, state);
  const place = flags.gguf === undefined
    ? await onServer(run, config, state, id)
    : await asWeights(run, config, id, flags.gguf);
  const { absolutePath, modelTable } = await import("../../config/mod.ts");
  const { adapterDir } = flags;
  const record = state.models.upsert({
    ...place.model,
    source: "added",
    baseModel: flags.baseModel ?? null,
    modelType: flags.modelType ?? null,
    portHint: flags.port ?? null,
    use4bit: flags["use-4bit"] || null,
    adapterDir: adapterDir === undefined
      ? null
      : absolutePath(adapterDir, cli.cwd, cli.env("HOME") ?? ""),
    systemPrompt: flags.systemPrompt ?? null,
    contextTokens: flags.context ?? null,
  });
  if (out.json) {
    const { entryOfRecord } = await import("../../models/mod.ts");
    const { checked } = place;
    return out.printJson({ added: modelTable(entryOfRecord(record)), checked });
  }
  out.print(`Added ${id}: ${place.said}`);
  out.note(`Now: owllm smoke model ${id}`);
}

/** Where a new model is. */
interface Place {
  readonly model: Pick<NewModel, "id" | "kind" | "baseUrl" | "name" | "ggufPath">;
  /** For people. */
  readonly said: string;
  /** False when nobody could be asked whether it is there. */
  readonly checked: boolean;
}

async function demandFreeId(id: string, config: LoadedConfig, state: State): Promise<void> {
  const { BUILTIN_ID } = await import("../../models/mod.ts");
  if (id === BUILTIN_ID || !/^[^\s\p{Cc}#-][^\s\p{Cc}#]*$/u.test(id) || /^https?:/.test(id)) {
    throw new OwllmError({
      code: "usage",
      message: id === BUILTIN_ID
        ? `"${id}" is the built-in engine with its own weights`
        : `"${id}" cannot be an id: it must be a word without spaces and #, and no address`,
      recoverySuggestion: "Give it another: owllm models add mine --gguf FILE.gguf",
    });
  }
  const inFile = config.modelOrigins.get(id);
  const known = state.models.get(id);
  if (inFile === undefined && (known === undefined || known.source === "seen")) return;
  throw new OwllmError({
    code: "usage",
    message: inFile === undefined
      ? `A model "${id}" is registered already`
      : `"${id}" is described in ${inFile} already`,
    context: { id },
    recoverySuggestion: inFile === undefined
      ? `See it: owllm models show ${id}   or free the id: owllm models remove ${id}`
      : `Change it at ${inFile}, or take another id`,
  });
}

async function asWeights(
  { cli, flags }: Run<Flags>,
  config: LoadedConfig,
  id: string,
  gguf: string,
): Promise<Place> {
  if (flags.server !== undefined || flags.name !== undefined) {
    throw new OwllmError({
      code: "usage",
      message: "--gguf is for the built-in engine and cannot be used with --server or --name",
      recoverySuggestion: `owllm models add ${id} --gguf ${gguf}`,
    });
  }
  const { path, said } = await ggufOf(cli, config, gguf);
  const model = { id, kind: "builtin", baseUrl: "", name: id, ggufPath: path };
  return { model, said, checked: true };
}

async function onServer(
  { cli, out, flags }: Run<Flags>,
  config: LoadedConfig,
  state: State,
  id: string,
): Promise<Place> {
  const { normalizeBaseUrl, parseUrl, resolveModel } = await import("../../models/mod.ts");
  const lookup = await lookupOf(cli, config, state);
  const wanted = flags.server === undefined ? undefined : parseUrl(flags.server).href;
  const addresses = wanted === undefined ? lookup.addresses : [normalizeBaseUrl(wanted)];
  const name = flags.name ?? id;
  try {
    const found = await resolveModel({ ...lookup, addresses, id: name, entries: [] });
    if (found.where !== "server") throw noServerName(name);
    const { kind, baseUrl } = found.server;
    const model = { id, kind, baseUrl, name: found.name };
    return { model, said: `${found.name} on ${kind} at ${baseUrl}`, checked: true };
  } catch (error) {
    const silent = error instanceof OwllmError && exitsAsUnreachable(error);
    // The old registry has models that no server serves yet; --base-model says what they are.
    if (!silent || (wanted === undefined && flags.baseModel === undefined)) throw error;
    const [address = ""] = wanted === undefined ? [""] : addresses;
    const where = address === "" ? "No server" : `Nobody at ${address}`;
    out.note(`${where} answers now, so it was not checked whether "${name}" is there`);
    const model = { id, kind: "", baseUrl: address, name: flags.name ?? "" };
    return { model, said: `${name}${address && ` at ${address}`}, not checked`, checked: false };
  }
}

function exitsAsUnreachable({ code }: OwllmError): boolean {
  return code === "unreachable" || code === "timeout";
}

function noServerName(name: string): OwllmError {
  return new OwllmError({
    code: "usage",
    message: `"${name}" is no name of a model on a server`,
    recoverySuggestion: "Name one of owllm models list: --name qwen2.5-coder:7b",
  });
}
