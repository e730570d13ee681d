import { OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { sandboxContext } from "../sandbox_care.ts";

/** `owllm sandbox clean`. */
export const sandboxClean = defineCommand<Readonly<{ all: boolean }>>({
  brief: "Remove containers that nobody owns any more, and images that no sandbox uses",
  description: "Containers of an owllm that runs are left alone, and so are images of others.",
  examples: ["owllm sandbox clean", "owllm sandbox clean --all"],
  flags: {
    all: {
      kind: "boolean",
      brief: "Also the image that sandboxes start from now",
      default: false,
      withNegated: false,
    },
  },
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const context = await sandboxContext(cli, flags);
    const { kind } = context.settings;
    if (kind === "none") {
      throw new OwllmError({
        code: "usage",
        message: 'sandbox.kind is "none", so there is nothing to clean',
        recoverySuggestion: 'Set sandbox.kind = "docker"',
      });
    }
    const { cleanSandbox } = await import("../../sandbox/mod.ts");
    using state = await openStateFor(cli, flags);
    const keep = flags.all ? undefined : state.sandboxImages.newest(kind)?.digest;
    const { containers, images } = await cleanSandbox(context, keep);
    state.sandboxImages.keepOnly(kind, keep ?? "");
    if (out.json) return out.printJson({ containers, images });
    out.print(`Removed ${containers.length} containers and ${images} images`);
  },
});
