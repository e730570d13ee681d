import { findProgram } from "../../lib/sandbox/mod.ts";
import type { Part } from "./real_parts.ts";
import { host, soon } from "./sandbox.ts";

/** A daemon of a test's own, which the test may break. */
export interface PrivateDocker extends AsyncDisposable {
  /** `unix:///…` */
  readonly host: string;
  /** Ends the daemon at once, as a crash would. */
  crash(): Promise<void>;
}

/** Starts daemons on sockets of their own; needs root and `dockerd`. */
export type StartPrivateDocker = (options?: { readonly diskMb?: number }) => Promise<PrivateDocker>;

/** Whether daemons can be started here. */
export async function privateDocker(): Promise<Part<StartPrivateDocker>> {
  const program = await findProgram("dockerd", `${Deno.env.get("PATH")}:/usr/sbin`);
  if (program === undefined || Deno.uid() !== 0) {
    return {
      there: false,
      reason: "no dockerd to start as root (start: apt-get install docker.io)",
    };
  }
  return { there: true, part: ({ diskMb } = {}) => start(program, diskMb) };
}

async function start(program: string, diskMb: number | undefined): Promise<PrivateDocker> {
  const dir = await Deno.makeTempDir({ prefix: "owllm-dockerd-" });
  await Deno.mkdir(`${dir}/data`);
  if (diskMb !== undefined) {
    await host("mount", ["-t", "tmpfs", "-o", `size=${diskMb}m`, "tmpfs", `${dir}/data`]);
  }
  const child = new Deno.Command(program, {
    args: [
      ...["--data-root", `${dir}/data`, "--exec-root", `${dir}/exec`, "--pidfile", `${dir}/pid`],
      ...["-H", `unix://${dir}/socket`, "--bridge=none"],
      ...["--iptables=false", "--ip6tables=false", "--ip-masq=false"],
      ...(diskMb === undefined ? [] : ["--storage-driver", "vfs"]),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const address = `unix://${dir}/socket`;
  const answers = () => host("docker", ["-H", address, "version"]).then(() => true, () => false);
  if (!await soon(30_000, answers)) throw new Error("the test's own dockerd does not answer");
  let running = true;
  const end = async (signal: Deno.Signal) => {
    if (!running) return;
    running = false;
    child.kill(signal);
    await child.status;
  };
  return {
    host: address,
    async crash() {
      await end("SIGKILL");
      // Its containerd is another process, and ends with nobody to serve.
      const pid = await Deno.readTextFile(`${dir}/exec/containerd/containerd.pid`).catch(() => "");
      if (pid !== "") Deno.kill(Number(pid), "SIGKILL");
    },
    async [Symbol.asyncDispose]() {
      await end("SIGTERM");
      await endShims(dir);
      const mounts = (await Deno.readTextFile("/proc/mounts")).split("\n")
        .map((line) => line.split(" ")[1] ?? "").filter((path) => path.startsWith(dir));
      for (const path of mounts.reverse()) await host("umount", ["-l", path]);
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** What a crashed daemon leaves to its next start: here there is none. */
async function endShims(dir: string): Promise<void> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes("containerd-shim") && line.includes(`${dir}/`)) {
      Deno.kill(Number(name), "SIGKILL");
    }
  }
}
