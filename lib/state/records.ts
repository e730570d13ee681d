/** How a model came into the registry. */
export type ModelSource = "added" | "seen" | "imported" | "pulled";

/** A model as the state keeps it; null where nothing is known. */
export interface ModelRecord {
  readonly id: string;
  /** A server kind such as `ollama`. */
  readonly kind: string;
  /** Empty for the built-in engine. */
  readonly baseUrl: string;
  /** Its name on the server. */
  readonly name: string;
  readonly ggufPath: string | null;
  readonly baseModel: string | null;
  readonly modelType: "instruct" | "base" | null;
  readonly portHint: number | null;
  readonly use4bit: boolean | null;
  readonly adapterDir: string | null;
  readonly systemPrompt: string | null;
  readonly contextTokens: number | null;
  readonly source: ModelSource;
  /** ISO 8601, UTC; so are all times in these records. */
  readonly createdAt: string;
  /** The last smoke's profile as it was saved; null before the first smoke. */
  readonly profile: unknown;
  readonly profileAt: string | null;
}

/** What {@linkcode ModelsTable.upsert} takes: what is left out becomes null. */
export type NewModel =
  & Pick<ModelRecord, "id" | "kind" | "baseUrl" | "name" | "source">
  & Partial<Omit<ModelRecord, "createdAt" | "profile" | "profileAt">>;

/** The registry of models. */
export interface ModelsTable {
  /**
   * Adds a model or replaces its fields; its profile and creation time stay. A model that was
   * added, imported or pulled on purpose is not changed by one that was merely `seen`.
   */
  upsert(model: NewModel): ModelRecord;
  get(id: string): ModelRecord | undefined;
  /** All models, by id. */
  list(): readonly ModelRecord[];
  /** False when there was no such model. */
  remove(id: string): boolean;
  /** False when there is no such model. `profile` must be plain JSON data. */
  saveProfile(id: string, profile: unknown): boolean;
}

/** A server that was seen on this machine. */
export interface ServerRecord {
  readonly id: string;
  readonly kind: string;
  readonly baseUrl: string;
  readonly version: string | null;
  /** Process id, where owllm started it or could find out. */
  readonly pid: number | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** The servers that were seen. One row per base URL. */
export interface ServersTable {
  /** Notes that a server answers now; its id and the time it was first seen stay. */
  seen(server: Pick<ServerRecord, "kind" | "baseUrl" | "version" | "pid">): ServerRecord;
  get(id: string): ServerRecord | undefined;
  findByUrl(baseUrl: string): ServerRecord | undefined;
  /** All servers, the last seen first. */
  list(): readonly ServerRecord[];
  remove(id: string): boolean;
}

/** A provisioned environment. */
export interface EnvRecord {
  readonly key: string;
  readonly path: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** What it was built from (versions, hashes); plain JSON data. */
  readonly spec: unknown;
}

/** The environments that were provisioned, by key. */
export interface EnvsTable {
  upsert(env: Pick<EnvRecord, "key" | "path" | "spec">): EnvRecord;
  get(key: string): EnvRecord | undefined;
  list(): readonly EnvRecord[];
  /** Notes that an environment is used now; false when there is no such key. */
  used(key: string): boolean;
  remove(key: string): boolean;
}

/** How a smoke run ended. */
export type SmokeRunStatus = "pass" | "warn" | "fail" | "interrupted";

/** What a smoke run is started with. */
export interface NewSmokeRun {
  readonly modelId: string;
  readonly kind: string;
  readonly baseUrl: string;
  readonly serverVersion: string | null;
  readonly tier: string;
  readonly owllmVersion: string;
}

/** A finished probe, as the state keeps it. */
export interface SmokeProbeRecord {
  readonly seq: number;
  readonly id: string;
  readonly group: string;
  readonly tier: string;
  readonly status: "pass" | "warn" | "fail" | "skip";
  /** Wall time in milliseconds. */
  readonly ms: number;
  readonly measured: Readonly<Record<string, string | number | boolean | null>>;
  readonly diagnosis: string | null;
  readonly fix: string | null;
}

/** What {@linkcode SmokeRunsTable.addProbe} takes: a probe's result as the runner gives it. */
export type NewSmokeProbe =
  & Omit<SmokeProbeRecord, "seq" | "diagnosis" | "fix">
  & { readonly diagnosis?: string | null | undefined; readonly fix?: string | null | undefined };

/** A smoke run with its probes in the order they ran. */
export interface SmokeRunRecord extends NewSmokeRun {
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** A run that was never finished reads as `interrupted`. */
  readonly status: SmokeRunStatus;
  readonly profile: unknown;
  readonly probes: readonly SmokeProbeRecord[];
}

/** Smoke runs and their probe results. */
export interface SmokeRunsTable {
  /** Returns the id of the new run. */
  start(run: NewSmokeRun): string;
  /** Commits one result; `seq` counts from 0 and a number is used once per run. */
  addProbe(runId: string, seq: number, result: NewSmokeProbe): void;
  finish(
    runId: string,
    end: { readonly status: SmokeRunStatus; readonly profile?: unknown },
  ): void;
  get(runId: string): SmokeRunRecord | undefined;
  /** The newest runs first; of one model, or of all when `modelId` is undefined. */
  list(modelId: string | undefined, limit: number): readonly SmokeRunRecord[];
}

/** An image that the sandbox runs commands in. */
export interface SandboxImageRecord {
  /** `sha256:…`; commands run in what this names and in nothing else. */
  readonly digest: string;
  readonly engine: "docker" | "podman";
  readonly architecture: string;
  readonly source: "host" | "registry";
  /** A reference of a registry, or what of the host it was made of. */
  readonly origin: string;
  /** `name version` of each package that was put in; empty for an image of a registry. */
  readonly packages: readonly string[];
  readonly sizeBytes: number;
  readonly builtAt: string;
}

/** The images that were built for the sandbox. */
export interface SandboxImagesTable {
  /** Records an image; one that is there already becomes the newest. */
  add(image: Omit<SandboxImageRecord, "builtAt">): SandboxImageRecord;
  /** The image that an engine's sandboxes use. */
  newest(engine: "docker" | "podman"): SandboxImageRecord | undefined;
  /** Forgets an engine's other images; returns how many there were. */
  keepOnly(engine: "docker" | "podman", digest: string): number;
}
