/** What a model costs, in US dollars per million tokens. */
export interface ConfiguredPrice {
  /** A model's name; `*` in it stands for any characters. */
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** For input tokens that came out of the server's cache; the price of input when left out. */
  readonly cached?: number;
}

/** The fields of `[prices."MODEL"]`, and what each must be. */
export const PRICE_FIELDS: Readonly<Record<string, string>> = {
  input: "US dollars per million input tokens, such as 0.25",
  output: "US dollars per million output tokens, such as 2",
  cached: "US dollars per million cached input tokens, such as 0.025",
};
