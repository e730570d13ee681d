import { OwllmError } from "../../core/mod.ts";
import { tarStream } from "../archive.ts";
import { type Engine, textOf } from "../engine/engine.ts";
import { engineError } from "../engine/errors.ts";
import { type ImageInfo, inspectImage } from "../engine/image.ts";
import { gatherHostPackages } from "./debian.ts";
import { madeEntries, OPTIONAL_PACKAGES, REQUIRED_PACKAGES, REQUIRED_PROGRAMS } from "./recipe.ts";

/** Longest that a registry or an import may take, in ms. */
const BUILD_TIMEOUT_MS = 30 * 60 * 1000;

/** Marks our images with the state directory that they were made for. */
const IMAGE_LABEL = "dev.owllm.image";

/** The name of a state directory's newest image: one without a name would be pruned. */
function tagOf(place: string): string {
  return `owllm-sandbox:${place.slice(0, 8)}`;
}

/** What {@linkcode buildImage} needs. */
export interface BuildImageOptions {
  readonly engine: Engine;
  /** Id of the state directory that the image is for. */
  readonly place: string;
  /** An image to pull; without it the host's own packages are used. */
  readonly fromRegistry?: string | undefined;
  /** Packages of the host beyond the recipe's. */
  readonly packages: readonly string[];
  readonly signal: AbortSignal;
  /** What is being done. */
  onStep?(text: string): void;
  /** Bytes so far and in all. */
  onProgress?(done: number, total: number): void;
}

/** An image that was made or fetched. */
export interface BuiltImage extends ImageInfo {
  readonly source: "host" | "registry";
  /** Where it comes from: a reference, or the packages. */
  readonly origin: string;
  /** `name version` of the host's packages in it; empty for a registry's. */
  readonly packages: readonly string[];
  /** Wanted packages that this host does not have. */
  readonly missing: readonly string[];
}

/**
 * Makes the image of the sandbox.
 *
 * @throws `unreachable` with the way out when the engine or the registry cannot be had, `failed`
 * when the image lacks what a sandbox needs.
 */
export async function buildImage(options: BuildImageOptions): Promise<BuiltImage> {
  const built = options.fromRegistry === undefined
    ? await fromHost(options)
    : await fromRegistry(options, options.fromRegistry);
  options.onStep?.("Looking for the programs that a sandbox needs");
  await demandPrograms(options, built.digest);
  return built;
}

async function fromHost(options: BuildImageOptions): Promise<BuiltImage> {
  const { engine, place, packages: wanted, signal, onStep, onProgress } = options;
  onStep?.("Gathering packages of this host");
  const required = [...REQUIRED_PACKAGES, ...wanted];
  const { entries, packages, missing, bytes } = await gatherHostPackages(
    [...required, ...OPTIONAL_PACKAGES],
    signal,
  );
  const lacking = required.filter((name) => missing.includes(name));
  if (lacking.length > 0) {
    throw new OwllmError({
      code: "unreachable",
      message: `The sandbox needs packages that are not installed here: ${lacking.join(", ")}`,
      recoverySuggestion: `sudo apt-get install -y ${lacking.join(" ")}`,
      context: { missing: lacking.join(" ") },
    });
  }
  onStep?.("Handing the files to the container engine");
  const all = [...entries, ...madeEntries()];
  const id = await engine.ask(
    "import the image",
    [
      "import",
      ...["--change", `LABEL ${IMAGE_LABEL}=${place}`],
      "-",
      tagOf(place),
    ],
    signal,
    {
      input: tarStream(all, { onBytes: (done) => onProgress?.(done, bytes) }),
      timeoutMs: BUILD_TIMEOUT_MS,
    },
  );
  const info = await demandInspected(engine, id.trim(), signal);
  return {
    ...info,
    source: "host",
    origin: `${packages.length} packages of this host`,
    packages,
    missing,
  };
}

async function fromRegistry(options: BuildImageOptions, reference: string): Promise<BuiltImage> {
  const { engine, signal, onStep } = options;
  if (!/^[a-z0-9][\w.:/@-]*$/i.test(reference)) {
    throw new OwllmError({ code: "usage", message: `"${reference}" is no name of an image` });
  }
  let info = await inspectImage(engine, reference, signal);
  if (info === undefined) {
    onStep?.(`Pulling ${reference}; the container daemon does this, owllm itself asks no registry`);
    const { code, stderr } = await engine.call(["pull", "--quiet", reference], signal, {
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    if (code !== 0) throw engineError(engine.kind, textOf(stderr.head), `pull "${reference}"`);
    info = await demandInspected(engine, reference, signal);
  }
  return { ...info, source: "registry", origin: reference, packages: [], missing: [] };
}

async function demandInspected(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
): Promise<ImageInfo> {
  const info = await inspectImage(engine, reference, signal);
  if (info !== undefined) return info;
  throw new OwllmError({ code: "unreachable", message: `The image "${reference}" is gone again` });
}

/** Asks the image's own shell for each program that the sandbox calls. */
async function demandPrograms(
  { engine, signal }: BuildImageOptions,
  digest: string,
): Promise<void> {
  const script = 'for one; do command -v "$one" >/dev/null || echo "$one"; done';
  const said = await engine.ask("start the image", [
    "run",
    "--rm",
    ...["--network", "none", "--read-only", "--cap-drop", "ALL", "--pull", "never"],
    ...["--security-opt", "no-new-privileges", "--user", "65534:65534", "--log-driver", "none"],
    ...["--entrypoint", "", digest, "/bin/bash", "-c", script, "owllm", ...REQUIRED_PROGRAMS],
  ], signal);
  const lacking = said.split("\n").filter((name) => name !== "");
  if (lacking.length === 0) return;
  throw new OwllmError({
    code: "failed",
    message: `The image has no ${lacking.join(", no ")}, which the sandbox needs`,
    recoverySuggestion:
      "Take an image that has them, or make one: docker build -t owllm-base sandbox/",
    context: { image: digest, missing: lacking.join(" ") },
  });
}

/** Removes the images of a state directory but one; returns how many. */
export async function removeOldImages(
  engine: Engine,
  place: string,
  keep: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const listed = await engine.ask("list images", [
    "images",
    "--quiet",
    "--no-trunc",
    ...["--filter", `label=${IMAGE_LABEL}=${place}`],
  ], signal);
  const old = [...new Set(listed.split("\n"))].filter((id) => id !== "" && id !== keep);
  let removed = 0;
  for (const id of old) {
    const { code } = await engine.call(["image", "rm", "--force", id], signal);
    // An image that a running sandbox uses stays until the next time.
    if (code === 0) removed++;
  }
  return removed;
}
