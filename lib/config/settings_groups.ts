import type { SettingValues } from "./settings.ts";

/** The settings as the rest of owllm takes them. */
export interface Settings {
  readonly server: {
    readonly url: string | undefined;
    readonly ollamaUrl: string;
    readonly ports: readonly number[];
    readonly apiKeyEnv: string | undefined;
  };
  readonly model: { readonly default: string | undefined };
  readonly smoke: {
    readonly tier: "quick" | "standard" | "deep";
    readonly agentContextTokens: number;
    readonly contextTokens: number | undefined;
    readonly stallTimeoutMs: number;
    readonly requestTimeoutMs: number;
    readonly ttftBudgetMs: number;
    readonly minDecodeTokS: number;
    readonly coldLoadBudgetMs: number;
  };
  readonly builtin: { readonly threads: number; readonly contextTokens: number };
  readonly trace: { readonly otlpEndpoint: string | undefined; readonly project: string };
  readonly sandbox: {
    readonly kind: "docker" | "podman" | "none";
    readonly dockerHost: string | undefined;
    readonly runtime: string | undefined;
    readonly image: string | undefined;
    readonly workspace: "copy" | "bind";
    readonly exclude: readonly string[];
    readonly memoryMb: number;
    readonly workspaceMb: number;
    readonly tmpMb: number;
    readonly cpus: number;
    readonly pids: number;
    readonly lifetimeMin: number;
    readonly commandTimeoutMs: number;
    readonly outputKb: number;
  };
  readonly state: { readonly dir: string };
  readonly output: { readonly color: boolean };
}

/** Groups flat values. */
export function toSettings(values: SettingValues): Settings {
  return {
    server: {
      url: values["server.url"],
      ollamaUrl: values["server.ollama_url"],
      ports: values["server.ports"],
      apiKeyEnv: values["server.api_key_env"],
    },
    model: { default: values["model.default"] },
    smoke: {
      tier: values["smoke.tier"],
      agentContextTokens: values["smoke.agent_context_tokens"],
      contextTokens: values["smoke.context_tokens"],
      stallTimeoutMs: values["smoke.stall_timeout_ms"],
      requestTimeoutMs: values["smoke.request_timeout_ms"],
      ttftBudgetMs: values["smoke.ttft_budget_ms"],
      minDecodeTokS: values["smoke.min_decode_tok_s"],
      coldLoadBudgetMs: values["smoke.cold_load_budget_ms"],
    },
    builtin: {
      threads: values["builtin.threads"],
      contextTokens: values["builtin.context_tokens"],
    },
    trace: { otlpEndpoint: values["trace.otlp_endpoint"], project: values["trace.project"] },
    sandbox: {
      kind: values["sandbox.kind"],
      dockerHost: values["sandbox.docker_host"],
      runtime: values["sandbox.runtime"],
      image: values["sandbox.image"],
      workspace: values["sandbox.workspace"],
      exclude: values["sandbox.exclude"],
      memoryMb: values["sandbox.memory_mb"],
      workspaceMb: values["sandbox.workspace_mb"],
      tmpMb: values["sandbox.tmp_mb"],
      cpus: values["sandbox.cpus"],
      pids: values["sandbox.pids"],
      lifetimeMin: values["sandbox.lifetime_min"],
      commandTimeoutMs: values["sandbox.command_timeout_ms"],
      outputKb: values["sandbox.output_kb"],
    },
    state: { dir: values["state.dir"] },
    output: { color: values["output.color"] },
  };
}

/** The addresses at which a model server is looked for, the likeliest first. */
export function serverAddresses({ server }: Settings): string[] {
  if (server.url !== undefined) return [server.url];
  const ports = server.ports.map((port) => `http://127.0.0.1:${port}`);
  return [...new Set([server.ollamaUrl, ...ports])];
}
