import { defineCommand } from "../command.ts";
import { loadSettings } from "../load.ts";
import { checkRules } from "../policy_context.ts";

/** `owllm config check`. */
export const configCheck = defineCommand({
  brief: "Check the configuration files and the environment",
  description:
    "Lists everything that is wrong, each with file, line and what was expected, and then ends with 2.",
  examples: ["owllm config check", "owllm config check --config ci/owllm.toml --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { files, values, models, rules, prices, paths } = await loadSettings(cli, flags);
    await checkRules(rules);
    const changed = values.filter(({ origin }) => origin !== "default").length;
    if (out.json) {
      return out.printJson({
        ok: true,
        files,
        settings_changed: changed,
        models: models.length,
        rules: rules.length,
        prices: prices.length,
      });
    }
    for (const file of files) out.print(`${out.style.green("ok")}  ${file}`);
    if (files.length === 0) {
      out.print(
        `No configuration file; looked for owllm.toml from here upwards and in ${paths.config}`,
      );
    }
    out.print(
      `${changed} of ${values.length} settings changed, ${models.length} models, ` +
        `${rules.length} rules, ${prices.length} prices`,
    );
  },
});
