import { OwllmError } from "../../core/mod.ts";
import type { HostBytes } from "../host_process.ts";
import { type Container, type ContainerCall, startContainer } from "./container.ts";
import { type Engine, type EngineCall, textOf } from "./engine.ts";
import { engineError } from "./errors.ts";
import { type Order, type Reaper, type Sight, startReaper } from "./reaper.ts";
import { type ContainerPlan, KEEPER, WORKER } from "./run_args.ts";

/** The user whose files commands cannot change. */
export const KEEPER_USER = `${KEEPER}:${KEEPER}`;

/** A running container with its reaper. */
export class Session {
  /** `uid:gid` that commands run as. */
  readonly worker: string;
  #reaper: Reaper;
  #oomKills: number;
  readonly #idle: number;

  private constructor(
    private readonly engine: Engine,
    private readonly container: Container,
    plan: ContainerPlan,
    reaper: Reaper,
    sight: Sight,
  ) {
    const { uid, gid } = plan.bind ?? { uid: WORKER, gid: WORKER };
    this.worker = `${uid}:${gid}`;
    this.#reaper = reaper;
    this.#oomKills = sight.oomKills;
    this.#idle = sight.processes;
  }

  /** Starts the container of a plan. @throws `unreachable` with the reason and the way out. */
  static async open(engine: Engine, plan: ContainerPlan, signal: AbortSignal): Promise<Session> {
    const container = await startContainer(engine, plan, signal);
    let reaper: Reaper | undefined;
    try {
      const { uid, gid } = plan.bind ?? { uid: WORKER, gid: WORKER };
      reaper = await startReaper(engine, container.name, `${uid}:${gid}`);
      return new Session(engine, container, plan, reaper, await reaper.order("LOOK"));
    } catch (error) {
      await reaper?.close();
      await container.kill();
      throw error;
    }
  }

  get name(): string {
    return this.container.name;
  }

  exec(call: ContainerCall, signal: AbortSignal): Promise<HostBytes> {
    return this.container.exec(call, signal);
  }

  /**
   * Runs a script of ours and returns its stdout.
   *
   * @throws `failed` with what it complained of.
   */
  async script(
    doing: string,
    user: string,
    script: string,
    signal: AbortSignal,
    { args = [], ...call }: EngineCall & { readonly args?: readonly string[] } = {},
  ): Promise<Uint8Array> {
    const argv = ["/bin/bash", "-c", script, "owllm", ...args];
    const { code, stdout, stderr } = await this.exec({ ...call, user, argv }, signal);
    if (code === 0) return stdout.head;
    const said = textOf(stderr.head).trim();
    if (code === 137 || /no space left on device/i.test(said)) throw full(doing, said);
    if (
      code === 125 ||
      /^(?:Error response from daemon|Cannot connect|error during connect)/.test(said)
    ) {
      throw engineError(this.engine.kind, said, doing);
    }
    throw new OwllmError({
      code: "failed",
      message: `The sandbox could not ${doing}: ${said.split("\n").at(-1) || `exit code ${code}`}`,
      context: { exit_code: code },
    });
  }

  /** Signals everything of the commands' user. @throws `unreachable` when nobody answers. */
  async signal(order: Order): Promise<Sight> {
    try {
      return await this.#reaper.order(order);
    } catch {
      // A command may have killed the reaper, which is of its user. A new one starts unless a fork
      // bomb has taken every process; then the caller is told.
      await this.#reaper.close();
      this.#reaper = await startReaper(this.engine, this.name, this.worker);
      return await this.#reaper.order(order);
    }
  }

  /** Ends everything of the commands' user; tells what there was since the last time. */
  async reap(): Promise<{ readonly leftBehind: number; readonly outOfMemory: boolean }> {
    const { processes, oomKills } = await this.signal("KILL");
    const outOfMemory = oomKills > this.#oomKills;
    this.#oomKills = oomKills;
    return { leftBehind: Math.max(0, processes - this.#idle), outOfMemory };
  }

  /** Ends the container. */
  async close(): Promise<void> {
    await this.#reaper.close();
    await this.container.kill();
  }
}

function full(doing: string, said: string): OwllmError {
  return new OwllmError({
    code: "failed",
    message: `The sandbox has no memory left to ${doing}; its files are in its memory`,
    recoverySuggestion: "Raise sandbox.workspace_mb and sandbox.memory_mb in owllm.toml",
    context: { said: said.slice(0, 200) },
  });
}
