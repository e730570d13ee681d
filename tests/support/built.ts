import { ROOT } from "./sources.ts";
import type { Part } from "./real_parts.ts";

/** The built file `dist/owllm` of this machine; CI builds it before the tests. */
export async function builtFile(): Promise<Part<string>> {
  const path = decodeURIComponent(new URL("dist/owllm", ROOT).pathname);
  try {
    await Deno.stat(path);
    return { there: true, part: path };
  } catch {
    return { there: false, reason: "no dist/owllm (start: deno task build)" };
  }
}

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with exactly this environment. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = "/",
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    clearEnv: true,
    cwd,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
