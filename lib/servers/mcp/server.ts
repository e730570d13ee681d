import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import { interrupted, OwllmError } from "../../core/mod.ts";
import { type AnyTool, parametersOf, toolFailure } from "../../tools/mod.ts";
import type { CallDesk } from "../call_desk.ts";
import { LineTransport } from "./line_transport.ts";

/** What {@linkcode serveMcp} needs. */
export interface McpOptions {
  readonly desk: CallDesk;
  readonly input: ReadableStream<Uint8Array>;
  /** Writes a line of the protocol with its end, whole. */
  readonly write: (line: string) => void;
  readonly owllmVersion: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What the library tells of a request beside its parameters. */
type Extra = { readonly requestId: string | number; readonly signal: AbortSignal };

/** A pipe may end right after its last request: what is quick is still answered. In ms. */
const LAST_ANSWERS_MS = 1_000;

const INSTRUCTIONS =
  "Tools over one repository. Commands run in a sandbox without a network, on a copy of it. What " +
  "needs a person comes back as an error with the command that approves it; then call again.";

/** Serves the tools of a desk by the Model Context Protocol until the input ends or the signal aborts. */
export async function serveMcp(options: McpOptions): Promise<void> {
  const { desk, input, write, owllmVersion, signal } = options;
  const closing = new AbortController();
  const server = new Server({ name: "owllm", version: owllmVersion }, {
    capabilities: { tools: {} },
    instructions: INSTRUCTIONS,
  });
  const tools = await Promise.all(desk.toolbox.tools.map(({ tool }) => describe(tool)));
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }: CallToolRequest, extra: Extra) => {
    const { name: tool, arguments: args = {} } = params;
    const call = { tool, args, id: String(extra.requestId) };
    return resultOf(desk, call, AbortSignal.any([extra.signal, closing.signal]));
  });
  const transport = new LineTransport(input, write);
  const stop = () => void transport.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await server.connect(transport);
    if (signal.aborted) stop();
    await transport.ended;
    const end = performance.now() + LAST_ANSWERS_MS;
    while (!signal.aborted && desk.open > 0 && performance.now() < end) await pause();
  } finally {
    signal.removeEventListener("abort", stop);
    closing.abort(interrupted());
    await server.close();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

async function describe(tool: AnyTool) {
  const { name, description, effect } = tool;
  return {
    name,
    description,
    inputSchema: { type: "object" as const, ...await parametersOf(tool) },
    annotations: {
      readOnlyHint: effect === "read",
      destructiveHint: effect !== "read",
      openWorldHint: false,
    },
  };
}

/** A tool's failure is a result that says so, which the model reads; a call of no tool is an error. */
async function resultOf(
  desk: CallDesk,
  call: Parameters<CallDesk["call"]>[0],
  signal: AbortSignal,
): Promise<CallToolResult> {
  if (!desk.toolbox.tools.some(({ name }) => name === call.tool)) {
    const known = desk.toolbox.tools.map(({ name }) => name).join(", ");
    const message = `There is no tool ${
      JSON.stringify(call.tool.slice(0, 100))
    }; there are: ${known}`;
    throw new McpError(ErrorCode.InvalidParams, message);
  }
  try {
    const answer = await desk.call(call, signal);
    return answer.kind === "result"
      ? { content: [{ type: "text", text: answer.result.text }] }
      : failed(answer.failure);
  } catch (error) {
    if (error instanceof OwllmError) return failed(toolFailure(call.tool, error));
    throw new McpError(ErrorCode.InternalError, "The server has a defect");
  }
}

function failed(failure: object): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(failure) }], isError: true };
}
