/** `owllm mcp` as a child process, asked by the official client. */
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Validator } from "@cfworker/json-schema";
import { type RealDocker, realDocker, testWith } from "../support/real_parts.ts";
import { bareEnv, OWLLM_ARGS, runOwllm } from "../support/run_owllm.ts";
import { commitAll } from "../support/sandbox.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const docker = await realDocker();

/** What a test looks at of a tool in the list. */
interface ListedTool {
  readonly name: string;
  readonly annotations?: Record<string, unknown>;
  readonly inputSchema: Record<string, unknown>;
}

interface Called {
  readonly isError: boolean;
  readonly text: string;
}

interface Session {
  readonly client: Client;
  readonly repository: string;
  readonly state: string;
  call(name: string, args: Record<string, unknown>): Promise<Called>;
}

function withMcp(
  env: Record<string, string>,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  return withTempDir(async (dir) => {
    const [repository, state] = [`${await Deno.realPath(dir)}/repository`, `${dir}/state`];
    await Deno.mkdir(repository);
    await Deno.writeTextFile(`${repository}/a.txt`, "hello\n");
    await commitAll(repository);
    const transport = new StdioClientTransport({
      command: Deno.execPath(),
      args: [...OWLLM_ARGS, "mcp", "--repo", repository, "--state", state],
      env: { ...bareEnv(dir), ...env },
      stderr: "ignore",
    });
    const client = new Client({ name: "test", version: "1" });
    const errors: Error[] = [];
    client.onerror = (error: Error) => void errors.push(error);
    await client.connect(transport);
    try {
      const call = async (name: string, args: Record<string, unknown>) => {
        const { isError = false, content } = await client.callTool({ name, arguments: args });
        const [part] = content as { type: string; text: string }[];
        return { isError: isError === true, text: part?.text ?? "" };
      };
      await body({ client, repository, state, call });
    } finally {
      await client.close();
    }
    assert.deepEqual(errors, [], "something on stdout was not of the protocol");
  });
}

const withDocker = ({ host, image }: RealDocker) => ({
  DOCKER_HOST: host,
  OWLLM_SANDBOX_IMAGE: image,
});

testWith(
  "owllm mcp offers the tools to the official client",
  docker,
  (docker) =>
    withMcp(withDocker(docker), async ({ client, call }) => {
      assert.equal(client.getServerVersion()?.name, "owllm");
      const tools = (await client.listTools()).tools as readonly ListedTool[];
      assert.equal(tools.length, 11);
      const read = tools.find(({ name }) => name === "read_file");
      assert.deepEqual(read?.annotations, {
        readOnlyHint: true,
        destructiveHint: false,
        openWorldHint: false,
      });
      const schema = new Validator(read?.inputSchema ?? {}, "2020-12");
      assert.equal(schema.validate({ path: "a.txt" }).valid, true);
      assert.equal(schema.validate({ file: "a.txt" }).valid, false);
      const text = await call("read_file", { path: "a.txt" });
      assert.deepEqual([text.isError, /1 hello/.test(text.text)], [false, true]);
      const ran = await call("run_command", { command: "cat a.txt" });
      assert.deepEqual(ran, { isError: false, text: "The command succeeded\nhello" });
      const denied = await call("run_command", { command: "rm -rf /" });
      assert.deepEqual([denied.isError, JSON.parse(denied.text).error], [true, "denied"]);
      const misfit = await call("read_file", { path: "a.txt", mode: "w" });
      assert.deepEqual([misfit.isError, JSON.parse(misfit.text).error], [true, "usage"]);
      await assert.rejects(call("no_such_tool", {}), /There is no tool "no_such_tool"/);
    }),
);

testWith(
  "owllm mcp gives a pending approval as an error, and then runs once",
  docker,
  (docker) =>
    withMcp(withDocker(docker), async ({ call, state, repository }) => {
      const args = { path: "a.txt", content: "changed\n" };
      const text = () => Deno.readTextFile(`${repository}/a.txt`);
      const asked = await call("write_file", args);
      assert.equal(asked.isError, true);
      const { context, recovery_suggestion } = JSON.parse(asked.text);
      assert.match(recovery_suggestion, /owllm approvals approve approval_\w+.*same call again/);
      assert.equal(await text(), "hello\n");
      using person = await openTestState(state);
      person.approvals.answer(context.approval, { approved: true, scope: "once", remark: null });
      assert.equal((await call("write_file", args)).isError, false);
      assert.equal(await text(), "changed\n");
      await Deno.writeTextFile(`${repository}/a.txt`, "hello\n");
      assert.equal((await call("write_file", args)).isError, true, "an approval was used twice");
    }),
);

testWith(
  "owllm mcp ends a command that the client cancels",
  docker,
  (docker) =>
    withMcp(withDocker(docker), async ({ client, call }) => {
      const cancel = new AbortController();
      const long = { name: "run_command", arguments: { command: "sleep 40" } };
      const called = client.callTool(long, undefined, { signal: cancel.signal });
      setTimeout(() => cancel.abort("enough"), 500);
      await assert.rejects(called, /enough/);
      const started = performance.now();
      const left = await call("run_command", {
        command: "cat /proc/[0-9]*/cmdline | tr '\\0' ' '",
      });
      assert.ok(performance.now() - started < 20_000);
      assert.doesNotMatch(left.text, /sleep 40/);
    }),
);

Deno.test("owllm mcp answers what is no message, goes on, and ends with its input", () =>
  withTempDir(async (dir) => {
    const request = (id: number, method: string, params = {}) =>
      JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const hello = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    };
    const lines = [
      "<tool_call/>",
      "",
      '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      "x".repeat(9 * 1024 * 1024),
      `[${request(8, "ping")}]`,
      request(1, "initialize", hello),
      JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }),
      request(2, "no/such/method"),
      request(3, "tools/call", { name: "list_files", arguments: {} }),
    ];
    await Deno.mkdir(`${dir}/repository`);
    const { code, stdout, stderr } = await runOwllm(
      ["mcp", "--repo", `${dir}/repository`, "--state", `${dir}/state`],
      { env: { OWLLM_SANDBOX_KIND: "none" }, stdin: `${lines.join("\n")}\n` },
    );
    assert.equal(code, 0, stderr);
    // Answers to requests may come in any order; those to nobody come as the lines are read.
    const answers = stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
      .toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
    assert.deepEqual(answers.map(({ id, error }) => [id, error?.code]), [
      [null, -32700],
      [null, -32700],
      [null, -32600],
      [null, -32700],
      [null, -32600],
      [1, undefined],
      [2, -32601],
      [3, undefined],
    ]);
    assert.match(answers[1].error.message, /name "id" twice/);
    assert.match(answers[3].error.message, /longer than/);
    assert.match(stderr, /Warning: sandbox\.kind is "none"/);
  }));

Deno.test("owllm mcp without a sandbox says so, writes nothing to stdout and exits with 3", () =>
  withTempDir(async (dir) => {
    const { code, stdout, stderr } = await runOwllm(["mcp", "--state", `${dir}/state`], {
      env: { OWLLM_SANDBOX_DOCKER_HOST: `unix://${dir}/none`, OWLLM_SANDBOX_IMAGE: "some-image" },
      cwd: await Deno.makeTempDir({ dir }),
      stdin: "",
    });
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /^owllm: .*does not answer.*\n {2}\S/);
  }));
