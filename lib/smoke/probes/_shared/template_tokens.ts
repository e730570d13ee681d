/** Tokens by which chat templates mark turns; none of them belongs into an answer. */
const TEMPLATE_TOKENS = [
  "<|im_end|>",
  "<|im_start|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|start_header_id|>",
  "<|end_header_id|>",
  "<|begin_of_text|>",
  "<|end_of_text|>",
  "<|endoftext|>",
  "<|end|>",
  "<|user|>",
  "<|assistant|>",
  "<|system|>",
  "<|channel|>",
  "<|return|>",
  "<start_of_turn>",
  "<end_of_turn>",
  "<｜end▁of▁sentence｜>",
  "<｜User｜>",
  "<｜Assistant｜>",
  "[INST]",
  "[/INST]",
  "<<SYS>>",
  "</s>",
  "<unk>",
] as const;

/** The template tokens in a text. */
export function templateTokensIn(text: string): string[] {
  return TEMPLATE_TOKENS.filter((token) => text.includes(token));
}
