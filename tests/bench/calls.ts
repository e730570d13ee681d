/** What owllm adds to a model call and to a probe, against a server that answers at once. */
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider } from "../../lib/models/mod.ts";
import { probesOfTier, runSmoke } from "../../lib/smoke/mod.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import type { Figure } from "./main.ts";
import { inTurn, median } from "./median.ts";

const CALLS = 100;
const MESSAGES = [{ role: "user", content: "Reply with the single word pong" }] as const;

/** 100 trivial chats by each provider, in turn with a bare fetch of the same route. */
export async function callFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (
    const [kind, dialect, path] of [
      ["ollama", "ollama", "/api/chat"],
      ["openai_compatible", "openai", "/v1/chat/completions"],
    ] as const
  ) {
    await using server = await startScriptedServer({ dialect });
    const model = "scripted:7b";
    const provider = await createProvider({ kind, baseUrl: server.url }, systemClock);
    const body = JSON.stringify({ model, messages: MESSAGES, stream: false });
    const chat = () => provider.chat({ model, messages: MESSAGES });
    const bare = async () => {
      const response = await fetch(server.url + path, { method: "POST", body });
      return JSON.parse(await response.text());
    };
    await inTurn(10, chat, bare);
    const { a, b } = await inTurn(CALLS, chat, bare);
    const name = `our part of a chat by ${kind}`;
    figures.push({
      name,
      unit: "ms",
      value: a - b,
      aim: 3,
      reference: { name: "bare fetch", value: b },
    });
  }
  return figures;
}

/** A quick smoke against a healthy server without think time, per probe. */
export async function probeFigures(): Promise<Figure[]> {
  await using server = await startScriptedServer({ dialect: "openai" });
  const provider = await createProvider(
    { kind: "openai_compatible", baseUrl: server.url },
    systemClock,
  );
  const probes = probesOfTier("quick");
  const perProbe: number[] = [];
  for (let i = 0; i < 5; i++) {
    const run = await runSmoke({
      modelId: "scripted:7b",
      server: { kind: "openai_compatible", baseUrl: server.url, version: undefined },
      model: "scripted:7b",
      provider,
      probes,
      settings: { ...TEST_SETTINGS, tier: "quick" },
      owllmVersion: "bench",
      clock: systemClock,
      signal: new AbortController().signal,
    });
    perProbe.push(median(run.results.map(({ ms }) => ms)));
  }
  return [{ name: "a quick probe, median, no think time", unit: "ms", value: median(perProbe) }];
}
