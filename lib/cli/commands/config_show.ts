import { defineCommand } from "../command.ts";
import { loadSettings } from "../load.ts";

/** `owllm config show`. */
export const configShow = defineCommand({
  brief: "Print every setting and where its value comes from",
  description:
    "A flag wins over the environment, the environment over the project's owllm.toml, that over " +
    "config.toml in the user's configuration directory, and that over the default.",
  examples: ["owllm config show", "OWLLM_SMOKE_TIER=standard owllm config show --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { values, models, files } = await loadSettings(cli, flags);
    if (out.json) {
      const settings = values.map(({ key, value, origin }) => ({
        key,
        value: value ?? null,
        origin,
      }));
      const { modelTable } = await import("../../config/mod.ts");
      return out.printJson({ files, settings, models: models.map(modelTable) });
    }
    const rows = values.map(({ key, value, origin }) => ({ key, text: textOf(value), origin }));
    const keyWidth = Math.max(...rows.map(({ key }) => key.length));
    const textWidth = Math.min(40, Math.max(...rows.map(({ text }) => text.length)));
    for (const { key, text, origin } of rows) {
      const from = origin === "default" ? out.style.dim(origin) : out.style.cyan(origin);
      out.print(`${key.padEnd(keyWidth)}  ${text.padEnd(textWidth)}  ${from}`);
    }
    if (models.length > 0) {
      out.print(`models${" ".repeat(keyWidth - 6)}  ${models.map(({ id }) => id).join(", ")}`);
    }
  },
});

function textOf(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
