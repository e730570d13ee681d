import { EXIT, formatBytes } from "../../core/mod.ts";
import type { SandboxStatus } from "../../sandbox/mod.ts";
import type { SandboxImageRecord } from "../../state/mod.ts";
import { defineCommand } from "../command.ts";
import { recordedImage, sandboxContext } from "../sandbox_care.ts";

/** `owllm sandbox status`. */
export const sandboxStatusCommand = defineCommand({
  brief: "Say whether commands could run in the sandbox now, and if not, the line to paste",
  description: "Exit codes: 0 when they could, 3 when something is missing.",
  examples: ["owllm sandbox status", "owllm sandbox status --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { sandboxStatus } = await import("../../sandbox/mod.ts");
    const context = await sandboxContext(cli, flags);
    const recorded = await recordedImage(cli, flags, context.settings);
    const status = await sandboxStatus(context, recorded?.digest);
    if (!status.ok) cli.setExitCode(EXIT.unreachable);
    if (out.json) return out.printJson(documentOf(status, recorded));
    const { style } = out;
    if (status.kind === "none") {
      out.print(
        `${style.yellow("none")}  sandbox.kind is "none": only git's reads run, on this machine`,
      );
      return;
    }
    out.print(
      status.ok
        ? `${style.green("ready")}  ${status.kind}`
        : `${style.red("not ready")}  ${status.kind}`,
    );
    if (status.engineVersion !== null) {
      out.print(
        `  engine      ${status.engineVersion}${status.host === null ? "" : ` at ${status.host}`}`,
      );
    }
    if (status.image !== null) {
      out.print(
        `  image       ${status.image.digest.slice(0, 19)}  ${formatBytes(status.image.sizeBytes)}`,
      );
      const described = recorded?.digest === status.image.digest
        ? recorded.origin
        : "named by sandbox.image";
      out.print(`  made of     ${described}`);
    }
    out.print(
      `  containers  ${status.containers}${
        status.orphans === 0
          ? ""
          : `, of which ${status.orphans} nobody owns any more (owllm sandbox clean)`
      }`,
    );
    if (status.problem === undefined) return;
    out.print(`  ${style.red(status.problem.message)}`);
    if (status.problem.recoverySuggestion !== undefined) {
      out.print(`  ${status.problem.recoverySuggestion}`);
    }
  },
});

function documentOf(status: SandboxStatus, recorded: SandboxImageRecord | undefined) {
  return {
    kind: status.kind,
    ok: status.ok,
    host: status.host,
    engine_version: status.engineVersion,
    image: status.image === null
      ? null
      : { digest: status.image.digest, size_bytes: status.image.sizeBytes },
    recorded: recorded === undefined ? null : {
      digest: recorded.digest,
      source: recorded.source,
      origin: recorded.origin,
      packages: recorded.packages,
      built_at: recorded.builtAt,
    },
    containers: status.containers,
    orphans: status.orphans,
    problem: status.problem?.toJSON() ?? null,
  };
}
