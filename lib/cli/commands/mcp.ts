import { defineCommand } from "../command.ts";
import { write } from "../output.ts";
import { openToolbox, TOOLBOX_FLAGS, type ToolboxFlags } from "../toolbox.ts";
import { VERSION } from "../version.ts";

/** `owllm mcp`. */
export const mcp = defineCommand<ToolboxFlags>({
  brief: "Offer the tools to another program as an MCP server over stdin and stdout",
  description:
    "For editors and agents that speak the Model Context Protocol. Commands run in the sandbox " +
    "and are judged by the policy; what needs a person comes back as an error with the line that " +
    "approves it, and the same call passes afterwards. It ends when its input ends.",
  examples: [
    "owllm mcp --repo .",
    "owllm mcp --repo . --approve never --trace",
  ],
  flags: TOOLBOX_FLAGS,
  positional: { kind: "tuple", parameters: [] },
  async run(run) {
    const { cli, out } = run;
    const { createCallDesk, serveMcp } = await import("../../servers/mod.ts");
    await using opened = await openToolbox(run, {
      kind: "mcp",
      edits: "ask",
      afterApproval: () => "make the same call again",
    });
    out.note(`Tools over ${opened.repository}; stdin and stdout speak MCP`);
    await serveMcp({
      desk: createCallDesk(opened.toolbox, "mcp"),
      input: Deno.stdin.readable,
      write: (line) => write(Deno.stdout, line),
      owllmVersion: VERSION,
      signal: cli.signal,
    });
  },
});
