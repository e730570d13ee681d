import { OwllmError } from "../../core/mod.ts";
import type { HostBytes } from "../host_process.ts";
import { type Engine, type EngineCall, textOf } from "./engine.ts";
import { engineError } from "./errors.ts";
import { containerArgs, type ContainerPlan } from "./run_args.ts";

/** Longest that a container may take to start, in ms: a laptop that just woke is slow. */
const START_MS = 60_000;

/** How long a container may take to end by itself, in ms. */
const END_MS = 3_000;

/** What is kept of the engine's complaints, in characters. */
const MAX_COMPLAINT = 8_000;

/** A program to run in a container. */
export interface ContainerCall extends EngineCall {
  /** `uid:gid`. */
  readonly user: string;
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running container. It ends when this process ends, however it ends. */
export interface Container {
  readonly name: string;
  exec(call: ContainerCall, signal: AbortSignal): Promise<HostBytes>;
  /** Ends the container at once. */
  kill(): Promise<void>;
}

/**
 * Starts a container and waits until it is ready.
 *
 * @throws `unreachable` with the reason and the way out; nothing is left of the container then.
 */
export async function startContainer(
  engine: Engine,
  plan: ContainerPlan,
  signal: AbortSignal,
): Promise<Container> {
  signal.throwIfAborted();
  const child = await engine.open(containerArgs(plan));
  const complaints = collect(child.stderr);
  const end = async () => {
    // Its stdin is what keeps the container alive.
    await child.stdin.close().catch(() => undefined); // Already closed when it ended by itself.
    const ended = await within(END_MS, child.status);
    if (ended) return;
    await engine.call(["rm", "--force", plan.name], AbortSignal.timeout(START_MS));
    await child.status;
  };
  try {
    await ready(child, signal);
    const limits = complaints.text();
    if (/limitation discarded|ulimits? .*discarded/i.test(withoutSwap(limits))) {
      throw unlimited(limits);
    }
  } catch (error) {
    await end();
    if (error !== NOT_READY) throw error;
    throw engineError(engine.kind, complaints.text(), "start the sandbox");
  }
  return {
    name: plan.name,
    kill: end,
    exec({ user, argv, environment = {}, ...call }, signal) {
      const input = call.input !== undefined || call.stdin !== undefined;
      return engine.call(
        [
          "exec",
          ...(input ? ["--interactive"] : []),
          ...["--user", user],
          ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
          plan.name,
          ...argv,
        ],
        signal,
        call,
      );
    },
  };
}

/** The container ended, or said something else than that it is ready. */
const NOT_READY = Symbol("not ready");

async function ready(child: Deno.ChildProcess, signal: AbortSignal): Promise<void> {
  const reader = child.stdout.getReader();
  const stop = () => reader.cancel();
  const timer = setTimeout(stop, START_MS);
  signal.addEventListener("abort", stop, { once: true });
  try {
    let said = "";
    while (!said.includes("\n")) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) throw NOT_READY;
      said += textOf(value);
    }
    if (said !== "ready\n") throw NOT_READY;
    // Nothing more is said; the pipe is read so that it never fills.
    reader.releaseLock();
    child.stdout.pipeTo(new WritableStream()).catch(() => undefined); // It ends with the container.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Without swap accounting there is no swap limit; memory itself is limited all the same. */
function withoutSwap(warnings: string): string {
  return warnings.split("\n").filter((line) => !/swap/i.test(line)).join("\n");
}

function unlimited(warnings: string): OwllmError {
  const line = withoutSwap(warnings).split("\n").find((one) => /discarded/i.test(one)) ?? "";
  return new OwllmError({
    code: "unreachable",
    message: `The container engine cannot limit what a command uses: ${
      line.replace("WARNING: ", "")
    }`,
    recoverySuggestion:
      "Give the engine control groups: rootless ones need systemd with delegation",
  });
}

function collect(stream: ReadableStream<Uint8Array>): { text(): string } {
  let text = "";
  const decoder = new TextDecoder();
  stream.pipeTo(
    new WritableStream({
      write(bytes) {
        if (text.length < MAX_COMPLAINT) text += decoder.decode(bytes, { stream: true });
      },
    }),
  ).catch(() => undefined); // What was said so far is enough.
  return { text: () => text };
}

/** Whether something happens in time. */
async function within(ms: number, event: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), ms));
  const happened = await Promise.race([event.then(() => true), late]);
  clearTimeout(timer);
  return happened;
}
