import type { ModelDescription } from "../../models/mod.ts";

/** Families whose way of writing calls is known. */
export type TemplateFamily = "qwen" | "chatml" | "llama3" | "mistral";

/** What a family needs so that tools reach the model and its calls are found. */
export interface FamilyTemplate {
  /** Ollama's TEMPLATE (Go text/template). */
  readonly template: string;
  /** Tokens that end a turn. */
  readonly stop: readonly string[];
  /** Name of vLLM's `--tool-call-parser`. */
  readonly vllmParser: string;
}

const CHATML = `{{- if or .System .Tools }}<|im_start|>system
{{- if .System }}
{{ .System }}
{{- end }}
{{- if .Tools }}

You may call functions. They are given as JSON, one per line:
<tools>
{{- range .Tools }}
{{ json . }}
{{- end }}
</tools>
To call one, answer with its name and arguments as JSON between these tags:
<tool_call>
{"name": "function name", "arguments": {}}
</tool_call>
{{- end }}<|im_end|>
{{ end }}
{{- range .Messages }}
{{- if eq .Role "user" }}<|im_start|>user
{{ .Content }}<|im_end|>
{{ else if eq .Role "assistant" }}<|im_start|>assistant
{{ .Content }}
{{- range .ToolCalls }}
<tool_call>
{"name": "{{ .Function.Name }}", "arguments": {{ json .Function.Arguments }}}
</tool_call>
{{- end }}<|im_end|>
{{ else if eq .Role "tool" }}<|im_start|>user
<tool_response>
{{ .Content }}
</tool_response><|im_end|>
{{ end }}
{{- end }}<|im_start|>assistant
`;

const LLAMA3 = `{{- if or .System .Tools }}<|start_header_id|>system<|end_header_id|>

{{ .System }}
{{- if .Tools }}

You may call functions. To call one, answer with nothing but JSON of this form:
{"name": "function name", "parameters": {}}
The functions:
{{- range .Tools }}
{{ json . }}
{{- end }}
{{- end }}<|eot_id|>
{{- end }}
{{- range .Messages }}
{{- if eq .Role "user" }}<|start_header_id|>user<|end_header_id|>

{{ .Content }}<|eot_id|>
{{- else if eq .Role "assistant" }}<|start_header_id|>assistant<|end_header_id|>

{{ .Content }}
{{- range .ToolCalls }}{"name": "{{ .Function.Name }}", "parameters": {{ json .Function.Arguments }}}
{{- end }}<|eot_id|>
{{- else if eq .Role "tool" }}<|start_header_id|>ipython<|end_header_id|>

{{ .Content }}<|eot_id|>
{{- end }}
{{- end }}<|start_header_id|>assistant<|end_header_id|>

`;

const MISTRAL = `{{- $system := .System }}
{{- if .Tools }}[AVAILABLE_TOOLS] {{ json .Tools }}[/AVAILABLE_TOOLS]
{{- end }}
{{- range .Messages }}
{{- if eq .Role "user" }}[INST] {{ if $system }}{{ $system }}

{{ $system = "" }}{{ end }}{{ .Content }}[/INST]
{{- else if eq .Role "assistant" }} {{ .Content }}
{{- if .ToolCalls }}[TOOL_CALLS] [
{{- range $i, $call := .ToolCalls }}{{ if $i }}, {{ end }}{"name": "{{ $call.Function.Name }}", "arguments": {{ json $call.Function.Arguments }}}
{{- end }}]
{{- end }}</s>
{{- else if eq .Role "tool" }}[TOOL_RESULTS] {"content": {{ json .Content }}}[/TOOL_RESULTS]
{{- end }}
{{- end }}`;

/** Templates with tools, by family. */
export const FAMILY_TEMPLATES: Readonly<Record<TemplateFamily, FamilyTemplate>> = {
  qwen: { template: CHATML, stop: ["<|im_start|>", "<|im_end|>"], vllmParser: "hermes" },
  chatml: { template: CHATML, stop: ["<|im_start|>", "<|im_end|>"], vllmParser: "hermes" },
  llama3: {
    template: LLAMA3,
    stop: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    vllmParser: "llama3_json",
  },
  mistral: { template: MISTRAL, stop: ["[INST]", "[/INST]"], vllmParser: "mistral" },
};

/** By the marks in the template, which are what the weights were trained on; then by the name. */
export function familyOf(
  model: string,
  description: ModelDescription | undefined,
): TemplateFamily | undefined {
  const template = description?.template ?? "";
  const name = `${description?.family ?? ""} ${model}`.toLowerCase();
  if (template.includes("<|im_start|>")) return name.includes("qwen") ? "qwen" : "chatml";
  if (template.includes("<|start_header_id|>")) return "llama3";
  if (template.includes("[INST]")) return "mistral";
  if (/qwen/.test(name)) return "qwen";
  if (/llama-?3/.test(name)) return "llama3";
  if (/mistral|mixtral|devstral/.test(name)) return "mistral";
  return /smollm|hermes|chatml/.test(name) ? "chatml" : undefined;
}
