import type { SmokeProbeRecord, SmokeRunRecord } from "../state/mod.ts";

/** A number has moved when it changed by more than this share of what it was. */
const MOVED_SHARE = 0.2;

/** Times that differ by less are noise of the machine, in milliseconds. */
const NOISE_MS = 20;

/** A run, as the two ends of a comparison show it. */
export interface RunHead {
  readonly run_id: string;
  readonly model_id: string;
  readonly started_at: string;
  readonly tier: string;
  readonly status: string;
  readonly server: { readonly kind: string; readonly version: string | null };
}

/** A probe whose status is another one now. */
export interface StatusChange {
  readonly id: string;
  readonly from: SmokeProbeRecord["status"];
  readonly to: SmokeProbeRecord["status"];
  /** Null when neither is worse: something was not judged. */
  readonly better: boolean | null;
  readonly diagnosis: string | null;
  readonly fix: string | null;
}

/** A measured number that moved. */
export interface NumberChange {
  readonly id: string;
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Change in per cent of what it was; null when that was 0. */
  readonly percent: number | null;
  /** Null where more is neither better nor worse. */
  readonly better: boolean | null;
}

/** What changed from run `a` to run `b`. */
export interface SmokeDiff {
  readonly a: RunHead;
  readonly b: RunHead;
  /** Null when server kind and version are the same. */
  readonly server_changed: { readonly from: string; readonly to: string } | null;
  readonly changed: readonly StatusChange[];
  readonly moved: readonly NumberChange[];
  /** Probes that only `b` has. */
  readonly added: readonly string[];
  /** Probes that only `a` has. */
  readonly lost: readonly string[];
}

/** Compares two stored runs, `a` being the older one. */
export function diffRuns(a: SmokeRunRecord, b: SmokeRunRecord): SmokeDiff {
  const before = new Map(a.probes.map((probe) => [probe.id, probe]));
  const after = new Map(b.probes.map((probe) => [probe.id, probe]));
  const pairs = b.probes.flatMap((now) => {
    const was = before.get(now.id);
    return was === undefined ? [] : [{ was, now }];
  });
  const from = serverName(a);
  const to = serverName(b);
  return {
    a: headOf(a),
    b: headOf(b),
    server_changed: from === to ? null : { from, to },
    changed: pairs.flatMap(({ was, now }) =>
      was.status === now.status ? [] : statusChange(was, now)
    ),
    moved: pairs.flatMap(({ was, now }) => numberChanges(was, now)),
    added: b.probes.filter(({ id }) => !before.has(id)).map(({ id }) => id),
    lost: a.probes.filter(({ id }) => !after.has(id)).map(({ id }) => id),
  };
}

function headOf(run: SmokeRunRecord): RunHead {
  return {
    run_id: run.id,
    model_id: run.modelId,
    started_at: run.startedAt,
    tier: run.tier,
    status: run.status,
    server: { kind: run.kind, version: run.serverVersion },
  };
}

function serverName({ kind, serverVersion }: SmokeRunRecord): string {
  return serverVersion === null ? kind : `${kind} ${serverVersion}`;
}

/** `skip` has no place in the order: nothing was judged. */
const GOODNESS: Readonly<Record<SmokeProbeRecord["status"], number | undefined>> = {
  pass: 2,
  warn: 1,
  fail: 0,
  skip: undefined,
};

function statusChange(was: SmokeProbeRecord, now: SmokeProbeRecord): StatusChange {
  const [old, fresh] = [GOODNESS[was.status], GOODNESS[now.status]];
  return {
    id: now.id,
    from: was.status,
    to: now.status,
    better: old === undefined || fresh === undefined ? null : fresh > old,
    diagnosis: now.diagnosis,
    fix: now.fix,
  };
}

function numberChanges(was: SmokeProbeRecord, now: SmokeProbeRecord): NumberChange[] {
  return Object.entries(now.measured).flatMap(([key, to]) => {
    const from = was.measured[key];
    if (typeof from !== "number" || typeof to !== "number") return [];
    const change = to - from;
    if (Math.abs(change) <= Math.abs(from) * MOVED_SHARE) return [];
    if (key.endsWith("_ms") && Math.abs(change) < NOISE_MS) return [];
    const percent = from === 0 ? null : Math.round((change / Math.abs(from)) * 100);
    return [{ id: now.id, key, from, to, percent, better: isBetter(key, change) }];
  });
}

/** By the unit in the name: more speed, context and hits are good, more time is not. */
function isBetter(key: string, change: number): boolean | null {
  if (/_(tok_s|mb_s)$|^(k|gpu_percent|real_tokens|loaded_tokens)$/.test(key)) return change > 0;
  if (/_(ms|s)$/.test(key)) return change < 0;
  return null;
}
