/**
 * The one table of attribute names. Each fact of a trace stands under the names of both
 * conventions: OpenInference, which Phoenix reads, and `gen_ai.*` of OpenTelemetry.
 */
export const NAMES = {
  spanKind: ["openinference.span.kind"],
  operation: ["gen_ai.operation.name"],
  session: ["session.id", "gen_ai.conversation.id"],
  agent: ["agent.name", "gen_ai.agent.name"],
  provider: ["llm.provider", "gen_ai.provider.name"],
  requestModel: ["llm.model_name", "gen_ai.request.model"],
  responseModel: ["gen_ai.response.model"],
  responseId: ["gen_ai.response.id"],
  finishReasons: ["gen_ai.response.finish_reasons"],
  firstChunk: ["gen_ai.response.time_to_first_chunk"],
  invocation: ["llm.invocation_parameters"],
  temperature: ["gen_ai.request.temperature"],
  topP: ["gen_ai.request.top_p"],
  maxTokens: ["gen_ai.request.max_tokens"],
  seed: ["gen_ai.request.seed"],
  inputTokens: ["llm.token_count.prompt", "gen_ai.usage.input_tokens"],
  outputTokens: ["llm.token_count.completion", "gen_ai.usage.output_tokens"],
  totalTokens: ["llm.token_count.total"],
  cacheReadTokens: [
    "llm.token_count.prompt_details.cache_read",
    "gen_ai.usage.cache_read.input_tokens",
  ],
  reasoningTokens: [
    "llm.token_count.completion_details.reasoning",
    "gen_ai.usage.reasoning.output_tokens",
  ],
  cost: ["llm.cost.total"],
  inputMessages: ["gen_ai.input.messages"],
  outputMessages: ["gen_ai.output.messages"],
  toolDefinitions: ["gen_ai.tool.definitions"],
  toolName: ["tool.name", "gen_ai.tool.name"],
  toolKind: ["gen_ai.tool.type"],
  toolCallId: ["tool.id", "gen_ai.tool.call.id"],
  toolArguments: ["tool.parameters", "gen_ai.tool.call.arguments"],
  toolResult: ["gen_ai.tool.call.result"],
  input: ["input.value"],
  inputType: ["input.mime_type"],
  output: ["output.value"],
  outputType: ["output.mime_type"],
  metadata: ["metadata"],
  tags: ["tag.tags"],
  errorType: ["error.type"],
  reward: ["gen_ai.evaluation.score.value", "owllm.reward"],
  evaluation: ["gen_ai.evaluation.name"],
  terminated: ["owllm.terminated"],
  truncated: ["owllm.truncated"],
  actions: ["owllm.actions"],
  system: ["owllm.system_instance_id"],
  stateBefore: ["owllm.state.before"],
  stateAfter: ["owllm.state.after"],
  sequence: ["owllm.sequence"],
  sessionKind: ["owllm.session.kind"],
  stepId: ["owllm.step.id"],
  stepIndex: ["owllm.step.index"],
  turn: ["owllm.step.turn"],
  cut: ["owllm.cut"],
  messageType: ["owllm.message.type"],
  messageSource: ["owllm.message.source"],
  messageTarget: ["owllm.message.target"],
  messageContent: ["owllm.message.content"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The names under lists that OpenInference spells out item by item. */
export const LISTS = {
  inputMessages: "llm.input_messages",
  outputMessages: "llm.output_messages",
  tools: "llm.tools",
  message: {
    role: "message.role",
    content: "message.content",
    name: "message.name",
    toolCallId: "message.tool_call_id",
    toolCalls: "message.tool_calls",
  },
  toolCall: {
    id: "tool_call.id",
    name: "tool_call.function.name",
    arguments: "tool_call.function.arguments",
  },
  toolSchema: "tool.json_schema",
} as const;

/** What OpenTelemetry calls the description of an error on a span. */
export const EXCEPTION = {
  event: "exception",
  type: "exception.type",
  message: "exception.message",
} as const;

/** A fact of a trace. */
export type Fact = keyof typeof NAMES;
