import { type Clock, type Ids, messageOf, OwllmError } from "../../core/mod.ts";
import type { CommandResult, CopyReport, Executor, WorkspaceDiff } from "../executor.ts";
import type { SpawnSpec } from "../host_process.ts";
import { demandRunnable } from "../runnable.ts";
import type { SandboxSettings } from "../settings.ts";
import { planCopy } from "../workspace/copy.ts";
import { runCommand } from "./command.ts";
import { type Engine, type EngineOptions, findEngine } from "./engine.ts";
import { demandImage } from "./image.ts";
import { claimOwner, type Owner, sweepOrphans } from "./owner.ts";
import type { BindMount } from "./run_args.ts";
import { KEEPER_USER, Session } from "./session.ts";
import { applyPatch, bindOf, copyInto, diffSince, takeBaseline } from "./workspace.ts";
import seccomp from "../../../sandbox/seccomp.json" with { type: "json" };

/** What a container executor works with. */
export interface ContainerExecutorOptions extends Omit<EngineOptions, "kind" | "host"> {
  readonly settings: SandboxSettings;
  /** Private directory of the state for locks and the profile. */
  readonly dir: string;
  /** Digest of the image that was built; `settings.image` wins over it. */
  readonly image: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Something that a person should know and that is no failure. */
  onNotice?(text: string): void;
}

/** A repository that is in the sandbox. */
interface Repository {
  readonly path: string;
  readonly bind: BindMount | undefined;
  /** Tree of the state that it was copied in. */
  readonly baseline: string;
}

/** A sandbox in a container of docker or podman. One container lives as long as this does. */
export class ContainerExecutor implements Executor {
  readonly kind: string;
  #imageDigest: string | null = null;
  #engine: Engine | undefined;
  #owner: Owner | undefined;
  #session: Session | undefined;
  #repository: Repository | undefined;
  #lastPatch: Uint8Array = new Uint8Array();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ContainerExecutorOptions) {
    this.kind = options.settings.kind;
  }

  get imageDigest(): string | null {
    return this.#imageDigest;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { settings, dir, image, ids, onNotice } = this.options;
    const kind = settings.kind === "podman" ? "podman" : "docker";
    const engine = await findEngine({ ...this.options, kind, host: settings.dockerHost }, signal);
    this.#engine = engine;
    const [found, orphans] = await Promise.all([
      demandImage(engine, settings.image ?? image, signal),
      sweepOrphans(engine, dir, signal),
    ]);
    for (const name of orphans) onNotice?.(`Removed the container "${name}", whose owllm is gone`);
    this.#imageDigest = found.digest;
    this.#owner = await claimOwner(dir, ids.next("sandbox"));
    // A mount has to be known when the container starts; a copy need not.
    if (settings.workspace === "copy") this.#session = await this.#open(undefined, signal);
  }

  copyIn(repository: string, signal: AbortSignal): Promise<CopyReport> {
    return this.#inTurn(async () => {
      if (this.options.settings.workspace === "copy") {
        return await this.#copy(this.#running(), repository, signal);
      }
      const bind = await bindOf(repository);
      const session = this.#session = await this.#open(bind, signal);
      const baseline = await takeBaseline(session, session.worker, signal);
      this.#repository = { path: repository, bind, baseline };
      return { files: 0, bytes: 0, leftOut: [] };
    });
  }

  run(command: SpawnSpec, signal: AbortSignal): Promise<CommandResult> {
    return this.#inTurn(async () => {
      demandRunnable(command);
      const { lost, ...result } = await runCommand(this.#running(), command, signal);
      return { ...result, restarted: lost ? await this.#restart(signal) : null };
    });
  }

  diff(signal: AbortSignal): Promise<WorkspaceDiff> {
    return this.#inTurn(async () => {
      if (this.#repository === undefined) throw notRunning();
      const session = this.#running();
      const { baseline } = this.#repository;
      const diff = await diffSince(session, this.#baselineUser(session), baseline, signal);
      this.#lastPatch = diff.patch;
      return diff;
    });
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined); // Its caller has been told.
    await this.#session?.close();
    this.#session = undefined;
    await this.#owner?.release();
    this.#owner = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One thing at a time: what a command leaves behind is ended after it. */
  #inTurn<T>(body: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(body, body);
    this.#turn = next.catch(() => undefined); // The next one runs whatever became of this one.
    return next;
  }

  async #open(bind: BindMount | undefined, signal: AbortSignal): Promise<Session> {
    const { settings, ids, dir } = this.options;
    if (this.#engine === undefined || this.#owner === undefined) throw notRunning();
    // The engine's program reads the profile before the container is ready.
    const seccompPath = `${dir}/${ids.next("seccomp")}.json`;
    await Deno.writeTextFile(seccompPath, JSON.stringify(seccomp), {
      createNew: true,
      mode: 0o600,
    });
    try {
      return await Session.open(this.#engine, {
        name: ids.next("owllm"),
        image: this.#imageDigest ?? "",
        seccompPath,
        labels: this.#owner.labels,
        settings,
        cores: navigator.hardwareConcurrency,
        bind,
      }, signal);
    } finally {
      await Deno.remove(seccompPath);
    }
  }

  async #copy(session: Session, path: string, signal: AbortSignal): Promise<CopyReport> {
    const { exclude, workspaceMb } = this.options.settings;
    const plan = await planCopy(path, { exclude, maxBytes: workspaceMb * 1024 * 1024, signal });
    const report = await copyInto(session, plan, signal);
    const baseline = await takeBaseline(session, KEEPER_USER, signal);
    this.#repository = { path, bind: undefined, baseline };
    return report;
  }

  /** A mounted repository is read by the user whose it is; a copy's baseline is the keeper's. */
  #baselineUser(session: Session): string {
    return this.#repository?.bind === undefined ? KEEPER_USER : session.worker;
  }

  /** A new container after one that is out of control; says what became of the workspace. */
  async #restart(signal: AbortSignal): Promise<string> {
    const repository = this.#repository;
    await this.#session?.close();
    this.#session = undefined;
    try {
      const session = this.#session = await this.#open(repository?.bind, signal);
      if (repository === undefined) return "The sandbox was started anew";
      if (repository.bind !== undefined) {
        const baseline = await takeBaseline(session, session.worker, signal);
        this.#repository = { ...repository, baseline };
        return "The sandbox was started anew; the repository is mounted as it is";
      }
      await this.#copy(session, repository.path, signal);
      if (this.#lastPatch.length === 0) {
        return "The sandbox was started anew with a fresh copy of the repository; changes that were made in it are lost";
      }
      await applyPatch(session, this.#lastPatch, signal);
      return "The sandbox was started anew with a fresh copy of the repository and the changes of the last diff; later ones are lost";
    } catch (error) {
      if (error instanceof OwllmError && error.code === "unreachable") throw error;
      throw new OwllmError({
        code: "unreachable",
        message: `The sandbox was lost and could not be started anew: ${messageOf(error)}`,
        recoverySuggestion: "owllm sandbox status",
        cause: error,
      });
    }
  }

  #running(): Session {
    if (this.#session !== undefined) return this.#session;
    throw notRunning();
  }
}

function notRunning(): OwllmError {
  return new OwllmError({
    code: "unreachable",
    message: "The sandbox is not running",
    recoverySuggestion: "owllm sandbox status",
  });
}
