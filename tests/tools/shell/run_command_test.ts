import assert from "node:assert/strict";
import type { SpawnSpec } from "../../../lib/sandbox/mod.ts";
import { ApprovalPendingError, type AskPerson } from "../../../lib/tools/mod.ts";
import { realDocker, testWith } from "../../support/real_parts.ts";
import { callTool, failureOf, textOf, withToolbox } from "../../support/toolbox.ts";

const docker = await realDocker();

/** A person who always says the same, and what they were asked. */
function person(scope: "once" | "session" | "always" | "no", remark?: string) {
  const asked: string[] = [];
  const ask: AskPerson = ({ title }) => {
    asked.push(title);
    const approved = scope !== "no";
    return Promise.resolve({ approved, scope: approved ? scope : "once", remark });
  };
  return { ask, asked };
}

testWith(
  "run_command runs what is allowed, asks about the rest, never runs what is denied",
  docker,
  (docker) => {
    const { ask, asked } = person("once");
    return withToolbox({ docker, ask }, async ({ toolbox }) => {
      assert.match(
        textOf(await callTool(toolbox, "run_command", { command: "cat README.md" })),
        /# Test/,
      );
      assert.deepEqual(asked, []);
      const touch = { command: "touch made && ls made" };
      const made = await callTool(toolbox, "run_command", touch);
      assert.match(textOf(made), /^The command succeeded\nmade\n/);
      assert.deepEqual(asked, [touch.command]);
      const denied = failureOf(await callTool(toolbox, "run_command", { command: "rm -rf ." }));
      assert.equal(denied.error, "denied");
      assert.equal(denied.tool, "run_command");
      assert.match(denied.message, /^The policy denies "rm -rf \."/);
      assert.equal(asked.length, 1);
      assert.match(textOf(await callTool(toolbox, "run_command", { command: "ls" })), /README\.md/);
    });
  },
);

testWith(
  "run_command asks each time for once, one time a run for session, one time for always",
  docker,
  (docker) =>
    withToolbox({ docker }, async ({ open }) => {
      const command = "touch x; rm x";
      const times = async (scope: "once" | "session" | "always", runs: readonly string[]) => {
        const { ask, asked } = person(scope);
        for (const runId of runs) {
          const toolbox = open({ ask, runId });
          textOf(await callTool(toolbox, "run_command", { command: `${command} # ${scope}` }));
        }
        return asked.length;
      };
      assert.equal(await times("once", ["a", "a", "b"]), 3);
      assert.equal(await times("session", ["a", "a", "b"]), 2);
      assert.equal(await times("always", ["a", "a", "b"]), 1);
    }),
);

testWith(
  "run_command asks nobody under never, and not again after a denial",
  docker,
  (docker) =>
    withToolbox({ docker }, async ({ open }) => {
      const command = "touch x";
      const yes = person("once");
      const never = failureOf(
        await callTool(open({ mode: "never", ask: yes.ask }), "run_command", { command }),
      );
      assert.match(never.message, /nobody may be asked: touch x/);
      assert.deepEqual(yes.asked, []);
      const no = person("no", "write it by hand");
      for (const _ of [1, 2]) {
        const denied = failureOf(await callTool(open({ ask: no.ask }), "run_command", { command }));
        assert.equal(denied.error, "denied");
        assert.match(denied.message, /The person said no to: touch x \(write it by hand\)/);
      }
      assert.deepEqual(no.asked, [command]);
      const elsewhere = open({ ask: yes.ask, runId: "another" });
      textOf(await callTool(elsewhere, "run_command", { command }));
    }),
);

testWith(
  "run_command waits when nobody is there, and passes once it is approved elsewhere",
  docker,
  (docker) =>
    withToolbox({ docker }, async ({ toolbox, state, runId }) => {
      const command = "touch x; ls x";
      const pending = await callTool(toolbox, "run_command", { command }).catch((error) => error);
      assert.ok(pending instanceof ApprovalPendingError);
      assert.match(
        pending.recoverySuggestion ?? "",
        new RegExp(`owllm approvals approve .*owllm resume ${runId}`),
      );
      const { id, title, kind } = pending.approval;
      assert.deepEqual([title, kind], [command, "command"]);
      const again = await callTool(toolbox, "run_command", { command }).catch((error) => error);
      assert.equal(again.approval.id, id);
      state.approvals.answer(id, { approved: true, scope: "once", remark: null });
      assert.match(textOf(await callTool(toolbox, "run_command", { command })), /\nx\n/);
      assert.equal(state.approvals.get(id)?.status, "used");
      await assert.rejects(callTool(toolbox, "run_command", { command }), ApprovalPendingError);
    }),
);

testWith(
  "run_command asks anew when a script was changed in the repository's copy",
  docker,
  (docker) => {
    const { ask, asked } = person("always");
    const prepare = (dir: string) => Deno.writeTextFile(`${dir}/build.sh`, "echo one\n");
    return withToolbox({ docker, ask, prepare }, async ({ toolbox }) => {
      const run = (command: string) => callTool(toolbox, "run_command", { command });
      assert.match(textOf(await run("bash build.sh")), /one/);
      assert.match(textOf(await run("bash build.sh")), /one/);
      assert.equal(asked.length, 1);
      textOf(await run("echo echo two >build.sh"));
      assert.equal(asked.length, 2);
      assert.match(textOf(await run("bash build.sh")), /two/);
      assert.equal(asked.length, 3);
    });
  },
);

testWith(
  "run_command does not run when a script changes while the person reads",
  docker,
  (docker) => {
    const prepare = (dir: string) => Deno.writeTextFile(`${dir}/build.sh`, "echo one\n");
    return withToolbox({ docker, prepare }, async ({ open, executor }) => {
      const ask: AskPerson = async () => {
        await executor.run({
          program: "bash",
          args: ["-c", "echo 'echo two; touch ran' >build.sh"],
          cwd: "/workspace",
          env: {},
          maxOutputBytes: 1000,
          timeoutMs: 5000,
        }, new AbortController().signal);
        return { approved: true, scope: "once" };
      };
      const toolbox = open({ ask });
      const failure = failureOf(
        await callTool(toolbox, "run_command", { command: "bash build.sh" }),
      );
      assert.match(failure.message, /"\/workspace\/build\.sh" has changed since the approval/);
      const files = await callTool(toolbox, "run_command", { command: "ls" });
      assert.doesNotMatch(textOf(files), /ran/);
    });
  },
);

testWith(
  "run_command runs the very object that the person was asked about",
  docker,
  async (docker) => {
    const ran: SpawnSpec[] = [];
    let asked: unknown;
    await withToolbox({
      docker,
      ask: ({ subject }) => {
        asked = subject;
        return Promise.resolve({ approved: true, scope: "once" });
      },
      watch: (executor) => {
        const run = (spec: SpawnSpec, signal: AbortSignal) => {
          ran.push(spec);
          return executor.run(spec, signal);
        };
        return new Proxy(executor, {
          get: (target, key) =>
            key === "run"
              ? run
              : Reflect.get(target, key).bind?.(target) ?? Reflect.get(target, key),
        });
      },
    }, async ({ toolbox }) => {
      textOf(await callTool(toolbox, "run_command", { command: "touch it" }));
      const spec = ran.find(({ args }) => args.includes("touch it"));
      assert.ok(spec !== undefined);
      assert.ok(Object.isFrozen(spec) && Object.isFrozen(spec.args) && Object.isFrozen(spec.env));
      // What was recorded went through JSON; it must be the same data as what ran.
      assert.deepEqual((asked as { spec: SpawnSpec }).spec, structuredClone(spec));
    });
  },
);

testWith("run_command offers what it changed in the sandbox as a patch", docker, (docker) => {
  const { ask, asked } = person("once");
  const prepare = async (dir: string) => {
    await Deno.writeTextFile(`${dir}/old.txt`, "old\n");
    await Deno.writeTextFile(`${dir}/latin.txt`, "plain\n");
    await Deno.writeTextFile(`${dir}/dir.txt`, "file\n");
  };
  return withToolbox({ docker, ask, prepare }, async ({ toolbox, repository }) => {
    const command =
      "echo more >>README.md; rm old.txt; echo n >new.txt; printf 'a\\351\\n' >latin.txt; rm dir.txt; mkdir dir.txt; echo x >dir.txt/x; ln -s /etc/passwd link; printf 'a\\0b' >bin";
    const text = textOf(await callTool(toolbox, "run_command", { command }));
    const id = /apply_patch \{"id": "([^"]+)"\}/.exec(text)?.[1];
    assert.ok(id !== undefined, text);
    assert.match(text, /Never taken over: .*link: it is a symlink/);
    assert.match(text, /latin\.txt: it is not UTF-8 text/);
    assert.match(text, /bin: it is binary/);
    assert.equal(await Deno.readTextFile(`${repository}/README.md`), "# Test\n");
    textOf(await callTool(toolbox, "apply_patch", { id }));
    assert.equal(await Deno.readTextFile(`${repository}/README.md`), "# Test\nmore\n");
    assert.equal(await Deno.readTextFile(`${repository}/new.txt`), "n\n");
    assert.equal(await Deno.readTextFile(`${repository}/latin.txt`), "plain\n");
    assert.equal(await Deno.readTextFile(`${repository}/dir.txt`), "file\n");
    await assert.rejects(Deno.lstat(`${repository}/old.txt`), Deno.errors.NotFound);
    await assert.rejects(Deno.lstat(`${repository}/link`), Deno.errors.NotFound);
    assert.equal(asked.length, 2);
    const after = textOf(
      await callTool(toolbox, "run_command", { command: "touch new2; rm new2" }),
    );
    assert.doesNotMatch(after, /apply_patch/);
  });
});
