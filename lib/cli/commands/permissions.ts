import { didYouMean, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { COMMAND_NEEDS, type Need, type Needs } from "../grants.ts";

/** A line of what is granted. */
interface Granted {
  readonly permission: string;
  readonly value: string;
  readonly granted: boolean;
  readonly purpose: string;
}

/** `owllm permissions [command…]`. */
export const permissions = defineCommand<Readonly<Record<never, never>>, string[]>({
  brief: "Print what owllm may do on this machine, and what for",
  description:
    "Without a command: everything that the process was granted. With one: what that command " +
    "keeps; the rest is given up before it begins.",
  examples: ["owllm permissions", "owllm permissions smoke model", "owllm permissions --json"],
  flags: {},
  positional: {
    kind: "array",
    parameter: {
      brief: "A command, e.g. smoke model",
      parse: (text) => text,
      placeholder: "COMMAND",
    },
  },
  async run({ out }, ...words) {
    const name = words.join(" ");
    const lines = name === "" ? await everything() : keptBy(name);
    if (out.json) return out.printJson({ command: name === "" ? null : name, grants: lines });
    const first = Math.max(...lines.map(({ permission }) => permission.length));
    const second = Math.max(...lines.map(({ value }) => value.length));
    for (const { permission, value, granted, purpose } of lines) {
      const mark = granted ? out.style.green("yes") : out.style.dim("no ");
      out.print(
        `${mark}  ${permission.padEnd(first)}  ${value.padEnd(second)}  ${purpose}`.trimEnd(),
      );
    }
  },
});

/** What a command keeps. */
function keptBy(name: string): Granted[] {
  const needs: Needs | undefined = COMMAND_NEEDS[name];
  if (needs === undefined) {
    const known = Object.keys(COMMAND_NEEDS);
    throw new OwllmError({
      code: "usage",
      message: `There is no command "${name}"${didYouMean(name, known)}`,
      recoverySuggestion: `Commands: ${known.join(", ")}`,
    });
  }
  const all: readonly Need[] = ["net", "write", "run", "sys"];
  return [
    { permission: "read", value: "", granted: true, purpose: "its own files, the configuration" },
    ...all.map((permission) => ({
      permission,
      value: "",
      granted: needs[permission] !== undefined,
      purpose: needs[permission] ?? "given up",
    })),
    { permission: "ffi", value: "", granted: false, purpose: "never" },
  ];
}

/** What the process may do right now, as the runtime answers. */
async function everything(): Promise<Granted[]> {
  const { ENVIRONMENT } = await import("../../config/mod.ts");
  const { HOST_PROGRAMS, SYSTEM_GRANTS } = await import("../../sandbox/mod.ts");
  const may = async (descriptor: Deno.PermissionDescriptor) =>
    (await Deno.permissions.query(descriptor)).state === "granted";
  const line = async (
    permission: string,
    value: string,
    purpose: string,
    descriptor: Deno.PermissionDescriptor,
  ): Promise<Granted> => ({ permission, value, granted: await may(descriptor), purpose });
  return await Promise.all([
    ...["127.0.0.1", "localhost", "[::1]"].map((host) =>
      line("net", host, "model servers on this machine", { name: "net", host })
    ),
    line("net", "any other host", "only with OWLLM_ALLOW_NET=host:port", { name: "net" }),
    ...HOST_PROGRAMS.map(({ name, purpose }) =>
      line("run", name, purpose, { name: "run", command: name })
    ),
    line("run", "any other program", "never", { name: "run" }),
    line("read", "any file", "only in a checkout of the source", { name: "read" }),
    line("write", "any file", "only in a checkout of the source", { name: "write" }),
    ...SYSTEM_GRANTS.map(({ name, purpose }) =>
      line("sys", name, purpose, { name: "sys", kind: name as never })
    ),
    ...ENVIRONMENT.map(({ name, purpose }) =>
      line("env", name, purpose, { name: "env", variable: name })
    ),
    line("ffi", "any library", "never", { name: "ffi" }),
  ]);
}
