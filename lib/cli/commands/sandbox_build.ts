import { formatBytes, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { startProgressBar } from "../progress_bar.ts";
import { sandboxContext } from "../sandbox_care.ts";

/** The flags of `owllm sandbox build`. */
type BuildFlags = Readonly<{
  fromRegistry?: string;
  fromHost: boolean;
  package?: readonly string[];
}>;

/** `owllm sandbox build`. */
export const sandboxBuild = defineCommand<BuildFlags>({
  brief: "Make the image that commands run in",
  description:
    "Without a registry it is made of this host's own packages (Debian and its relatives). " +
    "Its digest is recorded, and sandboxes start from that digest only.",
  examples: [
    "owllm sandbox build",
    "owllm sandbox build --package nodejs --package golang-go",
    "owllm sandbox build --from-registry python:3.12",
  ],
  flags: {
    fromRegistry: {
      kind: "parsed",
      parse: (text: string) => text,
      brief: "Have the container daemon pull this image instead",
      optional: true,
      placeholder: "IMAGE",
    },
    fromHost: {
      kind: "boolean",
      brief: "Use this host's own packages (the default)",
      default: false,
      withNegated: false,
    },
    package: {
      kind: "parsed",
      parse: (text: string) => text,
      brief: "An installed package to put in as well; may be given several times",
      optional: true,
      variadic: true,
      placeholder: "NAME",
    },
  },
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { fromRegistry, package: packages = [] } = flags;
    if (fromRegistry !== undefined && (flags.fromHost || packages.length > 0)) {
      throw new OwllmError({
        code: "usage",
        message:
          "An image of a registry is used as it is: --from-registry goes with neither --from-host nor --package",
      });
    }
    const context = await sandboxContext(cli, flags);
    const { kind } = context.settings;
    if (kind === "none") {
      throw new OwllmError({
        code: "usage",
        message: 'sandbox.kind is "none", so there is no engine to make an image with',
        recoverySuggestion: 'Set sandbox.kind = "docker"',
      });
    }
    const { buildSandboxImage } = await import("../../sandbox/mod.ts");
    using bar = startProgressBar(out, "Copying");
    const image = await buildSandboxImage(context, {
      fromRegistry,
      packages,
      onStep: (text) => out.note(text),
      onProgress: bar.update,
    });
    using state = await openStateFor(cli, flags);
    const { digest, architecture, source, origin, sizeBytes } = image;
    state.sandboxImages.add({
      digest,
      engine: kind,
      architecture,
      source,
      origin,
      packages: image.packages,
      sizeBytes,
    });
    if (out.json) {
      return out.printJson({
        digest,
        architecture,
        source,
        origin,
        size_bytes: sizeBytes,
        packages: image.packages,
        missing: image.missing,
      });
    }
    bar[Symbol.dispose]();
    out.print(`${digest}  ${formatBytes(sizeBytes)}, ${origin}`);
    if (image.missing.length > 0) {
      out.print(`Not installed here, so not in it: ${image.missing.join(", ")}`);
      out.print(`  sudo apt-get install -y ${image.missing.join(" ")} && owllm sandbox build`);
    }
  },
});
