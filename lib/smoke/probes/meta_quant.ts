import { fixFor } from "../fixes.ts";
import { MORE_BITS } from "../fixes/model.ts";
import { pass, type Probe, skip, warn } from "../probe.ts";

/** Fewer bits than this cost more than they save. */
const MIN_BITS = 4;

/** Are the weights quantized too hard? */
export const metaQuant: Probe = {
  id: "meta.quant",
  group: "A",
  tier: "quick",
  title: "weights of at least 4 bits",
  needs: {},
  async run(context) {
    const quantization = (await context.describe())?.quantization;
    const bits = quantization === undefined ? undefined : bitsOf(quantization);
    if (quantization === undefined || bits === undefined) {
      return skip(
        quantization === undefined
          ? "The server does not tell the quantization"
          : `The quantization "${quantization}" is of an unknown kind`,
      );
    }
    const measured = { quantization, bits };
    if (bits >= MIN_BITS) return pass(measured);
    return warn(
      measured,
      `The weights are ${quantization}, ${bits} bits: the same model loses much below 4 (aider's measurement: fp16 71.4 %, q4_K_M 66.9 %, q2_K 61.7 %)`,
      fixFor(context, MORE_BITS),
    );
  },
};

/** Bits per weight by its name: `Q4_K_M`, `IQ3_XXS`, `BF16`, `MXFP4`, `all F32`, `4bit`. */
export function bitsOf(quantization: string): number | undefined {
  const match = /(?:^|[^a-z])(?:I?Q|TQ|MXFP|NVFP|BF|FP|F|INT|W)(\d+)/i.exec(quantization) ??
    /(\d+)[ -]?bit/i.exec(quantization);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
