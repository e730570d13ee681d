/** Starts a sandbox, says the container's reaper is up, runs a command in it, and waits to be killed. */
import { testExecutor } from "./sandbox.ts";

const [host = "", image = "", stateDir = ""] = Deno.args;
const signal = new AbortController().signal;
const executor = await testExecutor({ host, image }, stateDir);
await executor.start(signal);
const running = executor.run({
  program: "sleep",
  args: ["1000"],
  cwd: "/workspace",
  env: {},
  maxOutputBytes: 1000,
  timeoutMs: 1_000_000,
}, signal);
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
await running;
