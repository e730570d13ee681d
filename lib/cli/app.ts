import {
  type Application,
  type ApplicationText,
  buildApplication,
  buildRouteMap,
} from "@stricli/core";
import type { Cli } from "./command.ts";
import { messageOf } from "../core/mod.ts";
import { smokeModel } from "./commands/smoke_model.ts";
import { VERSION } from "./version.ts";

/** The tree of commands. Each file in `commands/` holds one; this is their list. */
export function buildApp(text: ApplicationText): Application<Cli> {
  const smoke = buildRouteMap({
    routes: { model: smokeModel },
    docs: { brief: "Find out whether a local model really works" },
  });
  const root = buildRouteMap({
    routes: { smoke },
    docs: {
      brief: "Know that your local model works, then let it work safely",
    },
  });
  return buildApplication(root, {
    name: "owllm",
    versionInfo: { currentVersion: VERSION },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: {
      text: {
        ...text,
        exceptionWhileParsingArguments: (error) => `owllm: ${messageOf(error)}`,
      },
    },
  });
}
