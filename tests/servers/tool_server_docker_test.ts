import assert from "node:assert/strict";
import { realDocker, testWith } from "../support/real_parts.ts";
import { GOOD, withToolServer } from "../support/tool_client.ts";
import { openTestState } from "../support/state.ts";
import { soon } from "../support/sandbox.ts";

const docker = await realDocker();

testWith(
  "POST /call runs a command of the policy's allowance in the sandbox",
  docker,
  (docker) =>
    withToolServer({ docker }, async ({ call }) => {
      const { status, body } = await call("run_command", { command: "cat README.md; pwd" });
      assert.equal(status, 200);
      assert.match(body.result.data.stdout, /^# Test\n\/workspace$/);
      assert.equal(body.result.data.decision, "allow");
      const denied = await call("run_command", { command: "rm -rf /" });
      assert.deepEqual([denied.status, denied.body.failure.error], [200, "denied"]);
    }),
);

testWith(
  "POST /call answers 409 until a person has approved, and then runs exactly once",
  docker,
  (docker) =>
    withToolServer({ docker }, async ({ call, state, repository }) => {
      // The person answers from another process; here by another connection.
      using person = await openTestState(state.path.slice(0, state.path.lastIndexOf("/")));
      const args = { command: "touch made.txt && echo $((6*7)) >> log.txt" };
      const asked = await call("run_command", args);
      assert.equal(asked.status, 409);
      assert.equal(asked.body.ok, false);
      const { id, title } = asked.body.approval;
      assert.equal(title, args.command);
      assert.match(
        asked.body.failure.recovery_suggestion,
        new RegExp(`owllm approvals show ${id} .*owllm approvals approve ${id}`),
      );
      const again = await call("run_command", args, "another-id");
      assert.deepEqual([again.status, again.body.approval.id], [409, id], "asked twice");
      const looked = await call("run_command", { command: "ls" });
      assert.doesNotMatch(looked.body.result.data.stdout, /made\.txt/, "it ran before the answer");

      person.approvals.answer(id, { approved: true, scope: "once", remark: null });
      const ran = await call("run_command", args);
      assert.equal(ran.status, 200);
      assert.deepEqual([ran.body.ok, ran.body.result.data.approval], [true, id]);
      const next = await call("run_command", args);
      assert.equal(next.status, 409, "an approval was used twice");
      assert.notEqual(next.body.approval.id, id);
      const log = await call("run_command", { command: "cat log.txt" });
      assert.equal(log.body.result.data.stdout, "42");

      person.approvals.answer(next.body.approval.id, {
        approved: false,
        scope: "once",
        remark: "not now",
      });
      const refused = await call("run_command", args);
      assert.equal(refused.status, 200);
      assert.match(refused.body.failure.message, /said no .*not now/);
      const names = (await Array.fromAsync(Deno.readDir(repository))).map(({ name }) => name);
      assert.deepEqual(names.sort(), [".git", "README.md"]);
    }),
);

testWith(
  "POST /call changes a file only with the approval of that change",
  docker,
  (docker) =>
    withToolServer({ docker }, async ({ call, state, repository }) => {
      const text = () => Deno.readTextFile(`${repository}/README.md`);
      const args = { path: "README.md", content: "# Changed\n" };
      const asked = await call("write_file", args);
      assert.equal(asked.status, 409);
      const other = await call("write_file", { ...args, content: "# Other\n" });
      assert.notEqual(other.body.approval.id, asked.body.approval.id);
      state.approvals.answer(asked.body.approval.id, {
        approved: true,
        scope: "once",
        remark: null,
      });
      assert.equal((await call("write_file", { ...args, content: "# Other\n" })).status, 409);
      assert.equal(await text(), "# Test\n");
      assert.equal((await call("write_file", args)).body.ok, true);
      assert.equal(await text(), "# Changed\n");
    }),
);

testWith(
  "POST /call never asks where nobody may be asked",
  docker,
  (docker) =>
    withToolServer({ docker, mode: "never" }, async ({ call, state }) => {
      const { status, body } = await call("run_command", { command: "touch made.txt" });
      assert.deepEqual([status, body.failure.error], [200, "denied"]);
      assert.deepEqual(state.approvals.list({ limit: 5 }), []);
    }),
);

testWith(
  "POST /call takes calls in turn, and no more than wait bearably",
  docker,
  (docker) =>
    withToolServer({ docker }, async ({ call, get }) => {
      const slow = call("run_command", { command: "sleep 2" });
      assert.ok(await soon(1000, async () => (await get("/health")).body.open_calls === 1));
      const started = performance.now();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) => call("read_file", { path: "README.md" }, `r${i}`)),
      );
      assert.ok(performance.now() - started > 1000, "the reads did not wait for the command");
      assert.equal((await slow).body.ok, true);
      assert.equal(all.filter(({ status }) => status === 200).length, 15);
      const refused = all.filter(({ status }) => status === 503);
      assert.equal(refused.length, 5);
      assert.match(refused[0]?.body.message, /16 calls are open/);
      assert.equal((await get("/health")).body.open_calls, 0);
    }),
);

testWith(
  "POST /call ends a command whose caller is gone",
  docker,
  (docker) =>
    withToolServer({ docker }, async ({ post, get, call }) => {
      const body = JSON.stringify({ tool: "run_command", args: { command: "sleep 15" }, id: "1" });
      const gone = new AbortController();
      const called = post(body, GOOD, gone.signal);
      const waiting = post(
        JSON.stringify({ tool: "run_command", args: { command: "sleep 16" }, id: "2" }),
        GOOD,
        gone.signal,
      );
      assert.ok(await soon(1000, async () => (await get("/health")).body.open_calls === 2));
      gone.abort();
      await assert.rejects(called);
      await assert.rejects(waiting);
      assert.ok(await soon(8000, async () => (await get("/health")).body.open_calls === 0));
      const left = await call("run_command", {
        command: "cat /proc/[0-9]*/cmdline | tr '\\0' ' '",
      });
      assert.doesNotMatch(JSON.stringify(left.body), /sleep 1[56]/);
    }),
);

testWith(
  "ToolServer.close() tells callers and does not wait for commands",
  docker,
  (docker) =>
    withToolServer({ docker }, async ({ call, get, server }) => {
      const called = call("run_command", { command: "sleep 15" });
      assert.ok(await soon(1000, async () => (await get("/health")).body.open_calls === 1));
      const started = performance.now();
      const [answer] = await Promise.all([called, server.close()]);
      assert.ok(performance.now() - started < 1000);
      assert.deepEqual([answer.status, answer.body.error], [503, "interrupted"]);
      await assert.rejects(get("/health"));
    }),
);
