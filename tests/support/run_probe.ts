import { systemClock } from "../../lib/core/mod.ts";
import { createProvider, type ServerKind } from "../../lib/models/mod.ts";
import { createProbeContext } from "../../lib/smoke/context.ts";
import type { Probe, ProbeResult, SmokeSettings } from "../../lib/smoke/probe.ts";
import { runProbes } from "../../lib/smoke/runner.ts";
import { type ScriptedServerOptions, startScriptedServer } from "./scripted/mod.ts";

/** Settings for tests: limits short enough that a hang is seen within a second. */
export const TEST_SETTINGS: SmokeSettings = {
  tier: "deep",
  agentContextTokens: 16_384,
  contextTokens: undefined,
  stallTimeoutMs: 600,
  requestTimeoutMs: 5_000,
  ttftBudgetMs: 2_000,
  minDecodeTokS: 8,
  coldLoadBudgetMs: 20_000,
};

/** Where to run a probe: a scripted server, its fault, and settings that differ. */
export interface RunProbeOptions extends ScriptedServerOptions {
  readonly settings?: Partial<SmokeSettings>;
  /** Probes that run before, in the same run. */
  readonly before?: readonly Probe[];
  /** Model to ask for, where it is not the one that is served. */
  readonly asks?: string;
  /** Address to ask, where it is not the scripted server's. */
  readonly baseUrl?: string;
}

/** Runs one probe through the real runner and provider against a scripted server over HTTP. */
export async function runProbe(probe: Probe, options: RunProbeOptions): Promise<ProbeResult> {
  const { settings, before = [], asks, baseUrl: elsewhere, ...serverOptions } = options;
  await using scripted = await startScriptedServer(serverOptions);
  const kind: Exclude<ServerKind, "builtin"> = serverOptions.dialect === "openai"
    ? "openai_compatible"
    : serverOptions.dialect;
  const baseUrl = elsewhere ?? scripted.url;
  const provider = await createProvider({ kind, baseUrl }, systemClock);
  const compat = kind === "ollama"
    ? await createProvider({ kind: "openai_compatible", baseUrl }, systemClock)
    : undefined;
  const results = new Map<string, ProbeResult>();
  const context = createProbeContext({
    server: { kind, baseUrl, version: serverOptions.version },
    model: asks ?? serverOptions.model ?? "scripted:7b",
    settings: { ...TEST_SETTINGS, ...settings },
    provider,
    compat,
    clock: systemClock,
    signal: new AbortController().signal,
    results,
  });
  for await (const _ of runProbes([...before, probe], context, results));
  const result = results.get(probe.id);
  if (result === undefined) throw new TypeError(`The runner lost the result of ${probe.id}`);
  return result;
}
