import type { FlagValue, LoadedConfig } from "../config/mod.ts";
import type { OpenStateOptions, State } from "../state/mod.ts";
import type { Cli, GlobalFlags } from "./context.ts";

/** The configuration for a command; `given` are the settings that its own flags set. */
export async function loadSettings(
  cli: Cli,
  flags: GlobalFlags,
  given: readonly FlagValue[] = [],
): Promise<LoadedConfig> {
  const { loadConfig } = await import("../config/mod.ts");
  return await loadConfig({
    cwd: cli.cwd,
    home: cli.env("HOME") ?? "",
    env: cli.env,
    flags: [
      ...flags.state === undefined
        ? []
        : [{ key: "state.dir", flag: "--state", value: flags.state } as const],
      ...flags.color === undefined ? [] : [
        {
          key: "output.color",
          flag: flags.color ? "--color" : "--no-color",
          value: flags.color,
        } as const,
      ],
      ...given,
    ],
    projectFile: flags.config,
  });
}

/** The state that a command works on; close it with `using`. */
export async function openStateFor(
  cli: Cli,
  flags: GlobalFlags,
  mode: NonNullable<OpenStateOptions["mode"]> = "create",
): Promise<State> {
  const { settings } = await loadSettings(cli, flags);
  const { openState } = await import("../state/mod.ts");
  return await openState({ dir: settings.state.dir, clock: cli.clock, ids: cli.ids, mode });
}
