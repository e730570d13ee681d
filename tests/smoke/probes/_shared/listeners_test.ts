import assert from "node:assert/strict";
import {
  isLoopbackAddress,
  listenersInTable,
} from "../../../../lib/smoke/probes/_shared/listeners.ts";
import { findProgram } from "../../../support/find_program.ts";
import { testWith } from "../../../support/real_parts.ts";
import { runOwllm } from "../../../support/run_owllm.ts";
import { startScriptedServer } from "../../../support/scripted/mod.ts";
import { withTempDir } from "../../../support/state.ts";

const SS = `LISTEN 0      4096       127.0.0.1:11434      0.0.0.0:*
LISTEN 0      128          0.0.0.0:8080       0.0.0.0:*
LISTEN 0      128             [::]:8080          [::]:*
LISTEN 0      128            [::1]:8000          [::]:*
LISTEN 0      128                *:1234             *:*
LISTEN 0      4096   127.0.0.53%lo:53         0.0.0.0:*
`;

const NETSTAT_MAC = `Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  127.0.0.1.11434        *.*                    LISTEN
tcp4       0      0  *.8080                 *.*                    LISTEN
tcp46      0      0  *.1234                 *.*                    LISTEN
tcp6       0      0  ::1.8000               *.*                    LISTEN
tcp4       0      0  192.168.1.5.8000       192.168.1.9.51000      ESTABLISHED
`;

const NETSTAT_LINUX = `Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 127.0.0.1:11434         0.0.0.0:*               LISTEN
tcp        0      0 127.0.0.1:11434         127.0.0.1:51000         ESTABLISHED
tcp6       0      0 :::8080                 :::*                    LISTEN
`;

Deno.test("listenersInTable() reads ss, with every form of an address", () => {
  assert.deepEqual(listenersInTable(11434, SS), ["127.0.0.1"]);
  assert.deepEqual(listenersInTable(8080, SS), ["0.0.0.0", "::"]);
  assert.deepEqual(listenersInTable(8000, SS), ["::1"]);
  assert.deepEqual(listenersInTable(1234, SS), ["::"]);
  assert.deepEqual(listenersInTable(53, SS), ["127.0.0.53"]);
  assert.deepEqual(listenersInTable(80, SS), []);
});

Deno.test("listenersInTable() reads netstat of macOS and of Linux, and listening sockets only", () => {
  assert.deepEqual(listenersInTable(11434, NETSTAT_MAC), ["127.0.0.1"]);
  assert.deepEqual(listenersInTable(8080, NETSTAT_MAC), ["0.0.0.0"]);
  assert.deepEqual(listenersInTable(1234, NETSTAT_MAC), ["::"]);
  assert.deepEqual(listenersInTable(8000, NETSTAT_MAC), ["::1"]);
  assert.deepEqual(listenersInTable(11434, NETSTAT_LINUX), ["127.0.0.1"]);
  assert.deepEqual(listenersInTable(8080, NETSTAT_LINUX), ["::"]);
  assert.equal(isLoopbackAddress("::"), false);
});

testWith(
  "srv.expose judges under the grants of the task, where Deno keeps /proc closed",
  findProgram("ss", "no ss (apt-get install iproute2)"),
  async () => {
    for (const bind of ["127.0.0.1", "0.0.0.0"] as const) {
      await withTempDir(async (dir) => {
        await using server = await startScriptedServer({ dialect: "ollama", bind });
        const { port } = new URL(server.url);
        const run = await runOwllm(
          ["smoke", "model", "scripted:7b", "--probe", "srv.expose", "--json", "--state", dir],
          { env: { OLLAMA_HOST: `127.0.0.1:${port}` } },
        );
        const [probe] = JSON.parse(run.stdout).probes;
        assert.equal(probe.status, bind === "0.0.0.0" ? "warn" : "pass", run.stdout);
        assert.equal(probe.measured.listens_on, bind);
      });
    }
  },
);
