import { OwllmError } from "../core/mod.ts";

/** A kind of machine that owllm is built for. */
export interface Target {
  readonly name: string;
  /** The npm package that carries the runtime for it, with the newest version that is published. */
  readonly runtimePackage: string;
}

/** Every kind of machine that owllm is built for. */
export const TARGETS: readonly Target[] = [
  { name: "linux-x64", runtimePackage: "@deno/linux-x64-glibc@2.9.6" },
  { name: "linux-arm64", runtimePackage: "@deno/linux-arm64-glibc@2.9.5" },
  { name: "macos-x64", runtimePackage: "@deno/darwin-x64@2.9.5" },
  { name: "macos-arm64", runtimePackage: "@deno/darwin-arm64@2.9.5" },
];

/** The kind of this machine. */
export function hostTarget(): Target {
  const os = Deno.build.os === "darwin" ? "macos" : Deno.build.os;
  return targetByName(`${os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`);
}

/**
 * The target of a name.
 *
 * @throws `usage` with the names that there are.
 */
export function targetByName(name: string): Target {
  const target = TARGETS.find((one) => one.name === name);
  if (target !== undefined) return target;
  throw new OwllmError({
    code: "usage",
    message: `There is no target "${name}"`,
    recoverySuggestion: `Targets: ${TARGETS.map((one) => one.name).join(", ")}`,
  });
}
