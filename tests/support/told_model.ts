/** A model server that says what it is told, in order, over real HTTP in Ollama's native dialect. */

/** One answer: words, or one call. */
export type ToldReply =
  | string
  | { readonly tool: string; readonly args: Readonly<Record<string, unknown>> };

/** A running server. */
export interface ToldModel extends AsyncDisposable {
  readonly url: string;
  /** The bodies of the chats that were asked, in order. */
  readonly asked: readonly {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  }[];
}

/** The name of the model. */
export const TOLD_MODEL = "told:7b";

/** Starts a server that gives these replies, one a chat; `delayMs` is how long each takes. */
export function startToldModel(replies: readonly ToldReply[], delayMs = 0): ToldModel {
  const asked: ToldModel["asked"][number][] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      switch (pathname) {
        case "/api/version":
          return Response.json({ version: "0.17.4" });
        case "/api/tags":
          return Response.json({ models: [{ name: TOLD_MODEL, model: TOLD_MODEL }] });
        case "/api/show":
          return Response.json({ capabilities: ["completion", "tools"], template: "{{ .Tools }}" });
        case "/api/chat": {
          const reply = replies[asked.length] ?? "There is nothing more to say";
          asked.push(await request.json());
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          return Response.json(chat(reply));
        }
        default:
          return new Response("not found", { status: 404 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function chat(reply: ToldReply) {
  const message = typeof reply === "string" ? { role: "assistant", content: reply } : {
    role: "assistant",
    content: "",
    tool_calls: [{ function: { name: reply.tool, arguments: reply.args } }],
  };
  return {
    model: TOLD_MODEL,
    created_at: "2026-01-01T00:00:00Z",
    message,
    done: true,
    done_reason: "stop",
    prompt_eval_count: 400,
    eval_count: 20,
    total_duration: 1_000_000,
    load_duration: 1_000,
    prompt_eval_duration: 500_000,
    eval_duration: 400_000,
  };
}
