/** `owllm run` in the real sandbox: a model that is told what to say does a task, step by step. */
import assert from "node:assert/strict";
import { type RealDocker, realDocker, testWith } from "../support/real_parts.ts";
import { bareEnv, OWLLM_ARGS, runOwllm } from "../support/run_owllm.ts";
import { commitAll } from "../support/sandbox.ts";
import { openTestState, withTempDir } from "../support/state.ts";
import { startToldModel, TOLD_MODEL, type ToldReply } from "../support/told_model.ts";

const docker = await realDocker();

const FIX: ToldReply = {
  tool: "edit_lines",
  args: { path: "calc.py", start: 2, end: 2, text: "    return a + b" },
};
const TEST: ToldReply = { tool: "run_command", args: { command: "python3 -m pytest -q" } };
const READ: ToldReply = { tool: "read_file", args: { path: "calc.py" } };

interface Scene {
  readonly repository: string;
  readonly asked: ReturnType<typeof startToldModel>["asked"];
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
  owllm(...words: string[]): ReturnType<typeof runOwllm>;
  calc(): Promise<string>;
}

/** A repository with a failing test, a sandbox, and a model that will say these things. */
function withScene(
  part: RealDocker,
  replies: readonly ToldReply[],
  body: (scene: Scene) => Promise<void>,
  delayMs = 0,
): Promise<void> {
  return withTempDir(async (parent) => {
    const dir = `${parent}/state`;
    const repository = `${await Deno.realPath(parent)}/repo`;
    await Deno.mkdir(repository);
    await Deno.writeTextFile(`${repository}/calc.py`, "def add(a, b):\n    return a - b\n");
    await Deno.writeTextFile(
      `${repository}/test_calc.py`,
      "from calc import add\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    );
    await commitAll(repository);
    await using model = startToldModel(replies, delayMs);
    {
      using state = await openTestState(dir);
      const { url } = model;
      state.models.upsert({
        id: "told",
        kind: "ollama",
        baseUrl: url,
        name: TOLD_MODEL,
        source: "added",
      });
      state.models.saveProfile("told", PROFILE);
    }
    const env = {
      OWLLM_SERVER_URL: model.url,
      OWLLM_SANDBOX_DOCKER_HOST: part.host,
      OWLLM_SANDBOX_IMAGE: part.image,
    };
    await body({
      repository,
      env,
      dir,
      asked: model.asked,
      owllm: (...words) =>
        runOwllm([...words, "--state", dir], { env, cwd: repository, timeoutMs: 120_000 }),
      calc: () => Deno.readTextFile(`${repository}/calc.py`),
    });
  });
}

const PROFILE = {
  tool_mode: "native",
  context_tokens: 16_384,
  streaming: null,
  parallel_calls: null,
  schema: null,
  thinking: null,
  max_tools: null,
  prefill_tok_s: null,
  decode_tok_s: null,
  ttft_ms: null,
  step_s: null,
  notes: [],
};

testWith(
  "owllm run answers from the repository and leaves it as it is",
  docker,
  (part) =>
    withScene(part, [READ, TEST, "add() subtracts."], async ({ owllm, asked, calc }) => {
      const run = await owllm("run", "What is wrong here?", "--model", "told", "--json");
      assert.equal(run.code, 0, run.stderr);
      const said = JSON.parse(run.stdout);
      assert.deepEqual([said.end, said.answer, said.calls], ["answered", "add() subtracts.", 2]);
      assert.deepEqual(said.changes, []);
      assert.match(asked[1]?.messages.at(-1)?.content ?? "", /2 {5}return a - b/);
      assert.match(asked[2]?.messages.at(-1)?.content ?? "", /1 failed/);
      assert.match(await calc(), /a - b/);
      const traced = await owllm("trace", "search", "subtracts");
      assert.match(traced.stdout, /trace show/);
    }),
);

testWith(
  "owllm run waits for a person, owllm resume goes on at the call, owllm undo takes it back",
  docker,
  (part) =>
    withScene(part, [READ, FIX, TEST, "Fixed."], async ({ owllm, asked, calc }) => {
      const paused = await owllm("run", "Fix add()", "--model", "told");
      assert.equal(paused.code, 4, paused.stderr);
      assert.match(paused.stderr, /needs your approval: change calc\.py/);
      assert.match(await calc(), /a - b/);
      const asks = asked.length;
      assert.equal((await owllm("approvals", "approve", "last")).code, 0);
      const resumed = await owllm("resume", "--json");
      assert.equal(resumed.code, 0, resumed.stderr);
      const said = JSON.parse(resumed.stdout);
      assert.deepEqual([said.end, said.answer], ["answered", "Fixed."]);
      assert.deepEqual(said.changes[0].files, ["calc.py"]);
      assert.match(await calc(), /a \+ b/);
      assert.equal(asked.length, asks + 2, "nothing that was said is asked again");
      assert.match(asked.at(-1)?.messages.at(-1)?.content ?? "", /1 passed/);
      assert.equal((await owllm("undo", "--run", said.run_id)).code, 0);
      assert.match(await calc(), /a - b/);
      const again = await owllm("resume");
      assert.equal(again.code, 2);
      assert.match(again.stderr, /is done/);
    }),
);

testWith(
  "owllm resume goes on with a run that was ended by kill -9",
  docker,
  (part) =>
    withScene(
      part,
      [READ, TEST, "It subtracts."],
      async ({ owllm, asked, env, dir, repository }) => {
        const child = new Deno.Command(Deno.execPath(), {
          args: [...OWLLM_ARGS, "run", "What is wrong?", "--model", "told", "--state", dir],
          cwd: repository,
          env: { ...bareEnv(dir), ...env },
          clearEnv: true,
          stdin: "null",
          stdout: "null",
          stderr: "null",
        }).spawn();
        while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
        child.kill("SIGKILL");
        await child.status;
        const shown = await owllm("runs", "list");
        assert.match(shown.stdout, /unfinished/);
        const resumed = await owllm("resume", "--json");
        assert.equal(resumed.code, 0, resumed.stderr);
        const said = JSON.parse(resumed.stdout);
        assert.equal(said.end, "answered");
        assert.ok(said.steps >= 2 && said.steps <= 4, `${said.steps} steps`);
        const reads = asked.at(-1)?.messages.filter(({ content }) =>
          content.includes("return a - b")
        );
        assert.equal(reads?.length, 1, "the first step was not made twice");
      },
      400,
    ),
);
