import { pause } from "../pause.ts";
import type { Fault } from "../types.ts";
import { edited } from "./edit.ts";

const isChat = (path: string) => path === "/api/chat" || path === "/v1/chat/completions";

const page = (status: number) =>
  new Response("<html><h1>Welcome to my router</h1></html>", {
    status,
    headers: { "content-type": "text/html" },
  });

/** The model that a chat request asks for; undefined for other routes. */
async function modelAsked(request: Request, path: string): Promise<string | undefined> {
  if (!isChat(path)) return undefined;
  return String((await request.clone().json())["model"]);
}

/** A fault that answers chats for a model that is not there. */
function forUnknownModel(name: string, answer: () => Response): Fault {
  return {
    name,
    async http(request, path, server) {
      const asked = await modelAsked(request, path);
      return asked === undefined || asked === server.options.model ? undefined : answer();
    },
  };
}

/** What can be wrong with a server before any text is generated. */
export const A_FAULTS: readonly Fault[] = [
  { name: "another_program", http: () => page(200) },
  {
    name: "silent_server",
    async http(_request, _path, server) {
      await pause(60_000, server.signal);
      return new Response("");
    },
  },
  {
    name: "wants_key",
    http: () => Response.json({ error: { message: "Invalid API key" } }, { status: 401 }),
  },
  {
    name: "is_llama_cpp_now",
    http: (_request, path) =>
      path === "/props"
        ? Response.json({ default_generation_settings: {}, build_info: "b6000" })
        : undefined,
  },
  forUnknownModel("unknown_model_page", () => page(404)),
  forUnknownModel(
    "unknown_model_500",
    () => Response.json({ error: { message: "internal error" } }, { status: 500 }),
  ),
  {
    name: "echoes_unknown_model",
    body: (body, path, request) =>
      request === undefined || !isChat(path)
        ? body
        : edited(body, (copy) => copy["model"] = request.raw["model"]),
  },
  {
    name: "no_models",
    http: (_request, path) =>
      path === "/v1/models" ? Response.json({ object: "list", data: [] }) : undefined,
  },
  {
    name: "crashes_on_n",
    async http(request, path) {
      if (!isChat(path) || (await request.clone().json())["n"] === undefined) return undefined;
      return Response.json({ error: { message: "index out of range" } }, { status: 500 });
    },
  },
  {
    name: "refuses_n",
    async http(request, path) {
      if (!isChat(path) || (await request.clone().json())["n"] === undefined) return undefined;
      return Response.json({ error: { message: "n must be 1" } }, { status: 400 });
    },
  },
];
