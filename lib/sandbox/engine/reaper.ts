import { OwllmError } from "../../core/mod.ts";
import type { Engine } from "./engine.ts";

/** How long the reaper may take to answer, in ms. */
const ANSWER_MS = 5_000;

/**
 * Waits inside for an order and then signals every process of the commands' user but itself,
 * without starting a process: it works when a fork bomb has used up all of them, and reaches
 * children that left their group by `setsid`. Then it tells how many processes there were, and how
 * often the kernel has killed for lack of memory (cgroup v2, v1).
 */
const SCRIPT = `
trap '' HUP INT TERM PIPE
while read -r order; do
  set -- /proc/[0-9]*
  case $order in TERM|KILL) kill -s "$order" -- -1 2>/dev/null ;; esac
  oom=0
  for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$file" ] || continue
    while read -r key value; do [ "$key" = oom_kill ] && oom=$value; done <"$file"
  done
  echo "$order $# $oom"
done`;

/** What the reaper sees. */
export interface Sight {
  /** Processes in the container, before the order was carried out. */
  readonly processes: number;
  /** How often the kernel has killed one for lack of memory. */
  readonly oomKills: number;
}

/** What can be told to the reaper. `LOOK` signals nothing. */
export type Order = "LOOK" | "TERM" | "KILL";

/** Ends what commands leave behind in a container. */
export interface Reaper {
  /** @throws `unreachable` when it does not answer: the container is not under control. */
  order(order: Order): Promise<Sight>;
  close(): Promise<void>;
}

/** Starts a reaper in a running container. */
export async function startReaper(
  engine: Engine,
  container: string,
  user: string,
): Promise<Reaper> {
  const child = await engine.open([
    "exec",
    "--interactive",
    ...["--user", user],
    ...["--workdir", "/"],
    container,
    ...["/bin/bash", "-c", SCRIPT],
  ]);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineSplitter())
    .getReader();
  const drained = child.stderr.pipeTo(new WritableStream());
  const writer = child.stdin.getWriter();
  const ask = async (order: Order): Promise<Sight> => {
    await writer.write(new TextEncoder().encode(`${order}\n`));
    const { done, value } = await lines.read();
    const [, said, processes, oomKills] = /^(\w+) (\d+) (\d+)$/.exec(value ?? "") ?? [];
    if (done || said !== order) throw new Error("the reaper is gone");
    return { processes: Number(processes), oomKills: Number(oomKills) };
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async order(order) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("the reaper is silent")), ANSWER_MS);
      });
      try {
        // One answer is awaited before the next order is given.
        const answer = turn.then(() => ask(order));
        turn = answer.catch(() => undefined); // Told to whoever asked.
        return await Promise.race([answer, late]);
      } catch (error) {
        throw lost(error);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      const ignore = () => undefined; // The other end may be gone already, which is what is wanted.
      await writer.close().catch(ignore);
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // It has ended.
      }
      await Promise.all([child.status, lines.cancel().catch(ignore), drained.catch(ignore)]);
    },
  };
}

function lost(cause: unknown): OwllmError {
  return new OwllmError({
    code: "unreachable",
    message: "The sandbox no longer answers",
    recoverySuggestion: "owllm sandbox status",
    cause,
  });
}

function lineSplitter(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}
