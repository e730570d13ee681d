import { OwllmError } from "../../core/mod.ts";
import { type Engine, textOf } from "./engine.ts";
import { engineError } from "./errors.ts";

/** An image that an engine has. */
export interface ImageInfo {
  /** `sha256:…`, of its configuration: it names the content of every layer. */
  readonly digest: string;
  readonly architecture: string;
  readonly sizeBytes: number;
}

/** Architectures by the names that images have for them. */
const MACHINE = { x86_64: "amd64", aarch64: "arm64" }[Deno.build.arch];

/** What an engine knows of an image; undefined when it has none. */
export async function inspectImage(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
): Promise<ImageInfo | undefined> {
  const { code, stdout, stderr } = await engine.call(
    ["image", "inspect", "--format", "{{.Id}} {{.Architecture}} {{.Size}}", reference],
    signal,
  );
  const said = textOf(stderr.head);
  if (code !== 0) {
    if (/no such image|image not known|no such object/i.test(said)) return undefined;
    throw engineError(engine.kind, said, "look at the image");
  }
  const [id = "", architecture = "", size = ""] = textOf(stdout.head).trim().split(" ");
  const digest = id.startsWith("sha256:") ? id : `sha256:${id}`;
  return { digest, architecture, sizeBytes: Number(size) };
}

/**
 * The image to start from.
 *
 * @throws `unreachable` when there is none, or when it is for another processor.
 */
export async function demandImage(
  engine: Engine,
  reference: string | undefined,
  signal: AbortSignal,
): Promise<ImageInfo> {
  const image = reference === undefined ? undefined : await inspectImage(engine, reference, signal);
  if (image === undefined) {
    throw new OwllmError({
      code: "unreachable",
      message: reference === undefined
        ? "There is no image for the sandbox yet"
        : `The image "${reference}" of the sandbox is not there`,
      recoverySuggestion: "owllm sandbox build",
      context: { image: reference ?? null },
    });
  }
  if (image.architecture !== "" && image.architecture !== MACHINE) {
    throw new OwllmError({
      code: "unreachable",
      message:
        `The image of the sandbox is for "${image.architecture}", and this machine is "${MACHINE}"`,
      recoverySuggestion: "owllm sandbox build",
      context: { image: image.digest, architecture: image.architecture },
    });
  }
  return image;
}
