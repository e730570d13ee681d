/** A traced smoke of a real model through the command line: listed, searched, compared, exported. */
import assert from "node:assert/strict";
import { realOllama, realPhoenix, testWith } from "../support/real_parts.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { withTempDir } from "../support/state.ts";

const ollama = await realOllama();
const phoenix = await realPhoenix();

const PROBES = ["gen.basic", "gen.stream", "gen.schema"];

interface Listed {
  readonly sessions: readonly { readonly session_id: string; readonly trace_id?: string }[];
}

testWith(
  "owllm smoke model --trace of a real model is listed, searched, compared, shown and seen in Phoenix",
  ollama,
  ({ url, model }) =>
    withTempDir(async (dir) => {
      const state = `${dir}/state`;
      const endpoint = phoenix.there ? { OTEL_EXPORTER_OTLP_ENDPOINT: phoenix.part } : {};
      const owllm = async (args: readonly string[], expected: readonly number[] = [0]) => {
        const run = await runOwllm([...args, "--state", state], {
          env: { OWLLM_SERVER_URL: url, ...endpoint },
          timeoutMs: 300_000,
        });
        assert.ok(expected.includes(run.code), `owllm ${args.join(" ")}: ${run.stderr}`);
        return run.stdout;
      };
      const smoke = ["smoke", "model", `${url}#${model}`, "--trace", "--quiet"];
      for (let time = 0; time < 2; time++) {
        await owllm([...smoke, ...PROBES.flatMap((id) => ["--probe", id])], [0, 1]);
      }

      const { sessions } = JSON.parse(await owllm(["trace", "list", "--json"])) as Listed;
      assert.equal(sessions.length, 2);
      const [second, first] = sessions.map(({ session_id }) => session_id);
      assert.ok(first !== undefined && second !== undefined);

      const shown = await owllm(["trace", "show", first]);
      for (const id of PROBES) assert.match(shown, new RegExp(id.replace(".", "\\.")));
      assert.match(shown, /tok\/s/);
      assert.match(await owllm(["trace", "search", "pong"]), new RegExp(`trace show ${first}`));
      assert.match(await owllm(["trace", "diff", first, second]), /gen\.basic/);
      const page = await owllm(["trace", "html", "last"]);
      assert.ok(page.startsWith("<!doctype html>") && page.includes("gen.schema"));
      await owllm(["trace", "export", "last", "--format", "parquet", "--out", `${dir}/parquet`]);
      assert.ok((await Deno.stat(`${dir}/parquet/events.parquet`)).size > 0);
      if (phoenix.there) await seenInPhoenix(phoenix.part, [first, second]);
    }),
);

/** Waits until Phoenix, which writes later than it answers, has the sessions' model calls. */
async function seenInPhoenix(url: string, ids: readonly string[]): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const response = await fetch(`${url}/v1/projects/owllm/spans?limit=1000`);
    const { data } = await response.json() as {
      data: readonly { span_kind: string; attributes: Record<string, unknown> }[];
    };
    const missing = ids.filter((id) =>
      !data.some(({ span_kind, attributes }) =>
        span_kind === "LLM" && attributes["session.id"] === id
      )
    );
    if (missing.length === 0) return;
    assert.ok(performance.now() < deadline, `Phoenix does not show ${missing.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
