import { OwllmError } from "../../core/mod.ts";
import { askAtTerminal } from "../approval_prompt.ts";
import { defineCommand } from "../command.ts";
import { openToolbox, TOOLBOX_FLAGS, type ToolboxFlags } from "../toolbox.ts";
import { VERSION } from "../version.ts";

/** The flags of `owllm servers tools`. */
type ServerFlags = ToolboxFlags & { readonly port?: number };

/** Bytes of a token: more than anybody can guess. */
const TOKEN_BYTES = 32;

/** `owllm servers tools`. */
export const serversTools = defineCommand<ServerFlags>({
  brief: "Offer the tools over HTTP on this machine, to programs that know the token",
  description: "GET /health, GET /schema.json, and POST /call with " +
    '{"tool": "...", "args": {...}, "id": "..."}. Commands run in the sandbox and are judged by ' +
    "the policy. What needs a person is asked at this terminal; where there is none it is answered " +
    "with 409 and the line that approves it, and the same call passes afterwards. Ctrl-C stops it.",
  examples: [
    "owllm servers tools",
    "owllm servers tools --repo . --port 0 --json",
    "owllm servers tools --approve never --trace",
  ],
  flags: {
    ...TOOLBOX_FLAGS,
    port: {
      kind: "parsed",
      parse: parsePort,
      brief: "This port, 0 for any; else 8763 or the next that is free",
      optional: true,
      placeholder: "N",
    },
  },
  positional: { kind: "tuple", parameters: [] },
  async run(run) {
    const { cli, out, flags } = run;
    const { createCallDesk, startToolServer } = await import("../../servers/mod.ts");
    await using opened = await openToolbox(run, {
      kind: "tool_server",
      edits: "ask",
      afterApproval: () => "make the same call again",
      ask: askAtTerminal(out),
    });
    const { toolbox, repository, executor } = opened;
    const token = [...cli.random.bytes(TOKEN_BYTES)]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    await using server = startToolServer({
      desk: createCallDesk(toolbox, "http"),
      token,
      port: flags.port,
      owllmVersion: VERSION,
    });
    const { url, port } = server;
    const tools = toolbox.tools.map(({ name }) => name);
    if (out.json) {
      const sandbox = { kind: executor.kind, image: executor.imageDigest };
      out.printJson({ url, port, token, repository, sandbox, tools });
    } else {
      out.print(`${out.style.green("ready")}  ${url}  ${tools.length} tools over ${repository}`);
      out.print(`  Authorization: Bearer ${token}`);
    }
    await aborted(cli.signal);
    out.note("Stopped");
  },
});

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new OwllmError({
    code: "usage",
    message: `"${text}" is no port`,
    recoverySuggestion: "Give a number from 0 to 65535",
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
