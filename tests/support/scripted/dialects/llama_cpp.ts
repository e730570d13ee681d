import type { ServerControl } from "../types.ts";
import { json } from "./errors.ts";

/** llama.cpp's own routes; undefined when there is no such route. */
export function llamaRoute(path: string, server: ServerControl): Response | undefined {
  switch (path) {
    case "/health":
      return json({ status: "ok" });
    case "/props":
      return props(server);
    case "/slots":
      return slots(server);
    case "/metrics":
      return new Response(
        `llamacpp:requests_processing ${server.activeGenerations}\nllamacpp:requests_deferred 0\n`,
      );
    default:
      return undefined;
  }
}

function props({ options }: ServerControl): Response {
  const { contextTokens, slots, template, version, model, quantization } = options;
  const tools = template.includes("tools");
  return json({
    default_generation_settings: {
      params: { seed: 4294967295, temperature: 0.8, max_tokens: -1, n_predict: -1, stream: false },
      n_ctx: contextTokens,
    },
    total_slots: slots,
    model_alias: model,
    model_ftype: quantization,
    model_path: model,
    endpoint_slots: true,
    endpoint_props: true,
    endpoint_metrics: true,
    chat_template: template,
    chat_template_caps: {
      supports_parallel_tool_calls: tools,
      supports_system_role: true,
      supports_tool_calls: tools,
      supports_tools: tools,
    },
    build_info: version,
  });
}

function slots(server: ServerControl): Response {
  const { contextTokens, slots } = server.options;
  return json(Array.from({ length: slots }, (_, id) => ({
    id,
    n_ctx: contextTokens,
    speculative: false,
    is_processing: id < server.activeGenerations,
  })));
}
