import { formatBytes, messageOf, OwllmError } from "../core/mod.ts";
import { DEFAULT_WEIGHTS, defaultWeightsPath, discover, embeddedAssets } from "../models/mod.ts";
import { HOST_PROGRAMS } from "../sandbox/mod.ts";
import { openState } from "../state/mod.ts";
import type { Check, CheckResult } from "./check.ts";

/** Names of models that a line of a server has room for. */
const SHOWN_MODELS = 4;

/** The runtime and what it may do. */
export const runtime: Check = {
  id: "deno",
  title: "Deno",
  async run() {
    const granted = async (permission: Deno.PermissionDescriptor) =>
      (await Deno.permissions.query(permission)).state === "granted";
    const all = { net: await granted({ name: "net" }), run: await granted({ name: "run" }) };
    const programs = await Promise.all(
      HOST_PROGRAMS.map(async ({ name }) =>
        await granted({ name: "run", command: name }) ? [name] : []
      ),
    );
    const run = all.run ? "any program" : programs.flat().join(", ") || "nothing";
    const value = Deno.version.deno;
    const more = [`net: ${all.net ? "any host" : "this machine only"}`, `run: ${run}`];
    if (!all.net) return { status: "ok", value, more };
    return {
      status: "warn",
      value: `${value}, with grants that owllm does not need`,
      more,
      fix: "deno task owllm doctor",
    };
  },
};

/** The settings. */
export const configuration: Check = {
  id: "config",
  title: "Configuration",
  run({ config, configError }) {
    const { files } = config;
    return Promise.resolve(
      configError === undefined
        ? { status: "ok", value: files.length === 0 ? "no file: defaults" : files.join(", ") }
        : broken(configError.message, "owllm config check"),
    );
  },
};

/** The state file: every page and reference is read. */
export const stateFile: Check = {
  id: "state",
  title: "State",
  async run({ config, clock, ids, shown }) {
    const { dir } = config.settings.state;
    try {
      using state = await openState({ dir, clock, ids, mode: "existing" });
      const { ok, path, integrity, rows, size_bytes, fix } = await state.check();
      if (!ok) return broken(`"${path}" is damaged: ${integrity[0] ?? "broken references"}`, fix);
      const facts = [
        `${Math.ceil(size_bytes / 1024)} KiB`,
        counted(rows["models"] ?? 0, "model"),
        counted(rows["smoke_runs"] ?? 0, "smoke run"),
      ];
      return {
        status: "ok",
        value: `${shown(path)}, ${facts.join(", ")}`,
      };
    } catch (error) {
      if (!(error instanceof OwllmError)) throw error;
      if (error.code === "not_found") return await placeForState(dir);
      return broken(error.message, error.recoverySuggestion ?? `owllm doctor --state DIR`);
    }
  },
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** There is no state yet: can it be made? */
async function placeForState(dir: string): Promise<CheckResult> {
  let parent = dir;
  while (!await exists(parent)) parent = parent.replace(/\/[^/]*$/, "") || "/";
  try {
    await Deno.remove(await Deno.makeTempDir({ dir: parent, prefix: ".owllm-doctor-" }));
    return { status: "ok", value: `none yet; it will be made in ${dir}` };
  } catch (error) {
    return broken(
      `"${parent}" cannot be written: ${messageOf(error)}`,
      "export OWLLM_STATE_DIR=/a/directory/that/can/be/written",
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Model servers on this machine. */
export const servers: Check = {
  id: "servers",
  title: "Model servers",
  async run({ lookup, clock }, signal) {
    const { offers, missed } = await discover({ ...lookup, clock, signal });
    const lines = offers.map(({ server: { kind, version = "", baseUrl }, models }) => {
      const names = models.slice(0, SHOWN_MODELS).map(({ name }) => name.replace(/:latest$/, ""));
      const rest = models.length > SHOWN_MODELS ? ", …" : "";
      const shown = models.length === 0 ? "no model" : `${names.join(", ")}${rest}`;
      return `${[kind, version].filter(Boolean).join(" ")} at ${baseUrl}: ${shown}`;
    });
    const strange = missed.filter(({ error }) => error.code !== "unreachable")
      .map(({ error }) => error.message);
    const [first, ...others] = lines;
    if (first === undefined) {
      const where = lookup.addresses.map((address) => address.replace(/^https?:\/\//, ""));
      const value = `none answers at ${where.join(", ")}`;
      return { status: "missing", value, more: strange, fix: "ollama serve" };
    }
    const more = [...others, ...strange];
    return offers.some(({ models }) => models.length > 0)
      ? { status: "ok", value: first, more }
      : { status: "warn", value: first, more, fix: "ollama pull qwen2.5-coder:7b" };
  },
};

/** The engine inside owllm, and its weights. */
export const builtin: Check = {
  id: "builtin",
  title: "Built-in engine",
  async run({ config, shown }) {
    const { wasmPath } = embeddedAssets();
    if (await sizeOf(wasmPath) === undefined) {
      return broken(`its file "${wasmPath}" is missing`, "deno cache main.ts");
    }
    const weights = defaultWeightsPath(config.paths.data);
    const size = await sizeOf(weights);
    const fix = `owllm models pull ${DEFAULT_WEIGHTS.id}`;
    if (size === undefined) return { status: "missing", value: "no weights yet", fix };
    if (size === DEFAULT_WEIGHTS.sizeBytes) {
      const { file } = DEFAULT_WEIGHTS;
      const where = shown(weights.slice(0, -file.length - 1));
      return { status: "ok", value: `${file}, ${formatBytes(size)}, in ${where}` };
    }
    const value = `"${weights}" has ${size} bytes, expected ${DEFAULT_WEIGHTS.sizeBytes}`;
    return { status: "warn", value, fix };
  },
};

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function broken(value: string, fix: string): CheckResult {
  return { status: "broken", value, fix };
}
