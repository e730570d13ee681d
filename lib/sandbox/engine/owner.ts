import { isUnreadable } from "../archive.ts";
import type { Engine } from "./engine.ts";

/** Label with the id of the state directory whose owllm started a container. */
const PLACE_LABEL = "dev.owllm.place";

/** Label with the name of the lock that the owner of a container holds. */
const OWNER_LABEL = "dev.owllm.owner";

/** The process that containers belong to. */
export interface Owner {
  /** For every container that it starts. */
  readonly labels: Readonly<Record<string, string>>;
  /** Gives the lock back; after that its containers count as orphans. */
  release(): Promise<void>;
}

/**
 * Makes this process an owner: it holds a lock on a file as long as it lives. The kernel gives the
 * lock back however the process ends, so the lock tells more than a process id, which may be
 * another process's by now or be counted in another namespace.
 *
 * @param dir private directory, made when missing
 * @param id names the owner; unique
 */
export async function claimOwner(dir: string, id: string): Promise<Owner> {
  await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  const name = `${id}.lock`;
  const path = `${dir}/${name}`;
  const file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  await file.lock(true);
  return {
    labels: {
      [PLACE_LABEL]: await placeId(dir),
      [OWNER_LABEL]: name,
      "dev.owllm.pid": String(Deno.pid),
      "dev.owllm.started": new Date().toISOString(),
    },
    async release() {
      await Deno.remove(path);
      file.close();
    },
  };
}

/** A container of a state directory. */
interface OwnedContainer {
  readonly name: string;
  /** Whether its owner is gone. */
  readonly orphan: boolean;
}

/** The containers that were started for a state directory. */
export async function listContainers(
  engine: Engine,
  dir: string,
  signal: AbortSignal,
): Promise<readonly OwnedContainer[]> {
  const listed = await engine.ask("list containers", [
    "ps",
    "--all",
    ...["--filter", `label=${PLACE_LABEL}=${await placeId(dir)}`],
    ...["--format", `{{.Names}}\t{{.Label "${OWNER_LABEL}"}}`],
  ], signal);
  const rows = listed.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
  return await Promise.all(rows.map(async ([name = "", owner = ""]) => {
    const orphan = /^[\w-]+\.lock$/.test(owner) && await isGone(`${dir}/${owner}`);
    return { name, orphan };
  }));
}

/**
 * Removes the containers whose owner of this directory is gone, and only those.
 *
 * @returns their names
 */
export async function sweepOrphans(
  engine: Engine,
  dir: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const listed = await listContainers(engine, dir, signal);
  const orphans = listed.filter(({ orphan }) => orphan).map(({ name }) => name);
  if (orphans.length > 0) {
    // One that ended meanwhile by itself is no failure.
    await engine.call(["rm", "--force", "--volumes", ...orphans], signal);
  }
  await removeStaleLocks(dir);
  return orphans;
}

/** Whether nobody holds the lock. A file that is not there was given back. */
async function isGone(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path, { write: true });
    return await file.tryLock(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** A file that was made just now may not be locked yet. */
const NEW_MS = 60_000;

async function isOld(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined); // Gone is not old.
  return Date.now() - (info?.mtime?.getTime() ?? Date.now()) > NEW_MS;
}

async function removeStaleLocks(dir: string): Promise<void> {
  for await (const { name } of Deno.readDir(dir)) {
    const path = `${dir}/${name}`;
    if (!name.endsWith(".lock") || !await isOld(path) || !await isGone(path)) continue;
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!isUnreadable(error)) throw error; // Another owllm swept at the same time.
    }
  }
}

/** The random id of a directory: the same path may be another directory in another container. */
export async function placeId(dir: string): Promise<string> {
  await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  const path = `${dir}/place`;
  try {
    await Deno.writeTextFile(path, crypto.randomUUID(), { createNew: true, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return (await Deno.readTextFile(path)).trim();
}
