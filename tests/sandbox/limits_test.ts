/** What a command may use up: seen in the container and on the host, not in the words of the engine. */
import assert from "node:assert/strict";
import { realDocker, testWith } from "../support/real_parts.ts";
import { dockerOf, err, never, out, shell, withSandbox } from "../support/sandbox.ts";

const docker = await realDocker();
const MIB = 1024 * 1024;

testWith(
  "run() survives a fork bomb: it is ended, and the next command works",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const bomb = await sh(":(){ :|:& };: ; sleep 60", { timeoutMs: 1_500 });
      assert.equal(bomb.timedOut, true);
      assert.match(
        err(bomb),
        /Resource temporarily unavailable/,
        "the limit of processes was not met",
      );
      const after = await sh("set -- /proc/[0-9]*; echo $#; echo well");
      assert.match(out(after), /^\d\nwell\n$/, "the bomb left processes");
      assert.equal(after.restarted, null);
    }),
);

testWith(
  "run() regains control when a command kills the reaper and then forks",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const bomb = await sh("trap '' TERM; kill -9 -1; :(){ :|:& };: ; sleep 60", {
        timeoutMs: 1_500,
      });
      assert.equal(bomb.timedOut, true);
      const after = await sh("set -- /proc/[0-9]*; echo $#");
      assert.match(out(after), /^\d\n$/);
    }),
);

testWith(
  "run() goes on in the same container after a command killed the reaper",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const killed = await sh("echo kept >file; kill -9 -1; echo on");
      assert.equal(out(killed), "on\n");
      assert.equal(killed.restarted, null);
      assert.equal(out(await sh("cat file")), "kept\n");
    }),
);

testWith(
  "run() tells a memory hog from other deaths, and the next command works",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const hog = await sh("python3 -c 'x = bytearray(2 << 30)'");
      assert.equal(hog.code, 137);
      assert.equal(hog.signal, "SIGKILL");
      assert.equal(hog.outOfMemory, true);
      const killed = await sh("kill -9 $$");
      assert.equal(killed.code, 137);
      assert.equal(killed.outOfMemory, false);
      assert.equal(out(await sh("echo well")), "well\n");
    }),
);

testWith(
  "run() keeps a full disk to the sandbox's own spaces",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      for (const [place, mib] of [["/workspace", 128], ["/tmp", 32], ["/dev/shm", 16]] as const) {
        // Several files: one could be stopped by the limit of a file's size.
        const fill = await sh(
          `for i in 1 2 3 4; do head -c 100m /dev/zero >${place}/f$i || break; done; du -sm ${place}; rm -f ${place}/f?`,
        );
        assert.match(err(fill), /No space left|File too large/, place);
        const used = Number(/^(\d+)/m.exec(out(fill))?.[1]);
        assert.ok(used > mib / 2 && used <= mib, `${place}: ${used} MiB`);
      }
      const writable = await sh(
        "find / \\( -path /proc -o -path /sys \\) -prune -o -writable -type d -print 2>/dev/null",
      );
      const places = out(writable).trim().split("\n").sort();
      assert.deepEqual(places, ["/dev/mqueue", "/dev/shm", "/tmp", "/workspace"]);
      assert.notEqual((await sh("echo x >/dev/mqueue/x")).code, 0, "message queues have no limit");
      assert.notEqual(
        (await sh("head -c 200m /dev/zero >one")).code,
        0,
        "no limit of a file's size",
      );
    }),
);

testWith(
  "run() ends endless output, and keeps beginning and end of long output",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const endless = await sh("echo first; cat /dev/zero | tr '\\0' x", { timeoutMs: 60_000 });
      assert.equal(endless.outputLimitHit, true);
      assert.equal(endless.timedOut, false);
      assert.ok(endless.durationMs < 30_000);
      assert.ok(endless.stdout.head.length + endless.stdout.tail.length <= 64 * 1024);
      assert.ok(endless.stdout.totalBytes > 16 * MIB);
      assert.equal(
        out(await sh("set -- /proc/[0-9]*; echo $#")).length,
        2,
        "the writer still runs",
      );
      const long = await sh("seq 1 200000");
      assert.equal(long.outputLimitHit, false);
      assert.equal(long.code, 0);
      assert.match(out(long), /^1\n2\n/);
      assert.match(out(long), /\n199999\n200000\n$/);
      assert.equal(long.stdout.totalBytes, 1_288_895);
    }),
);

testWith(
  "run() ends a command in time, politely first, with all that left its group",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh, executor }) => {
      const polite = await sh("trap 'echo bye; exit 3' TERM; sleep 60 & wait", { timeoutMs: 500 });
      assert.equal(polite.timedOut, true);
      assert.equal(polite.code, 3);
      assert.equal(out(polite), "bye\n");
      const deaf = await sh("trap '' TERM; while :; do sleep 1; done", { timeoutMs: 500 });
      assert.equal(deaf.timedOut, true);
      assert.equal(deaf.signal, "SIGKILL");
      assert.ok(deaf.durationMs < 6_000, `${deaf.durationMs} ms`);
      const escapee = "python3 -c 'import os, time; os.setsid(); time.sleep(60)'";
      const escaped = await sh(`${escapee} >/dev/null 2>&1 & ${escapee}`, { timeoutMs: 700 });
      assert.equal(escaped.timedOut, true);
      assert.equal(out(await sh("pgrep -c python3")), "0\n");
      assert.equal(executor.kind, "docker");
    }),
);

testWith(
  "run() ends what a command leaves behind, and says so",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const left = await sh(
        "python3 -c 'import os, time; os.fork() and os._exit(0); os.setsid(); time.sleep(60)' >/dev/null 2>&1",
      );
      assert.equal(left.code, 0);
      assert.equal(left.timedOut, false);
      assert.equal(left.leftBehind, 1);
      const next = await sh("pgrep -c python3");
      assert.equal(out(next), "0\n");
      assert.equal(next.leftBehind, 0);
    }),
);

testWith(
  "run() ends the command when it is aborted, and rejects with the reason",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh, executor }) => {
      const abort = new AbortController();
      const running = executor.run(shell("sleep 60"), abort.signal);
      setTimeout(() => abort.abort(new Error("enough")), 300);
      const started = performance.now();
      await assert.rejects(running, { message: "enough" });
      assert.ok(performance.now() - started < 3_000);
      assert.equal(out(await sh("pgrep -c sleep")), "0\n");
      assert.equal(never.aborted, false);
    }),
);

testWith(
  "start() gives the container the limits of the settings",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const limits = await sh("ulimit -n; ulimit -c; ulimit -f; ulimit -q");
      assert.equal(out(limits), "4096\n0\n131072\n0\n");
      const ask = dockerOf(docker);
      const [id = ""] = (await ask("ps", "-q", "--filter", "label=dev.owllm.pid=" + Deno.pid))
        .split("\n");
      const [{ HostConfig: config }] = JSON.parse(await ask("inspect", id));
      assert.equal(config.Memory, 512 * MIB);
      assert.equal(config.MemorySwap, 512 * MIB);
      assert.equal(config.PidsLimit, 128);
      const ulimits = config.Ulimits.map(({ Name, Hard, Soft }: Record<string, unknown>) => [
        Name,
        Soft,
        Hard,
      ]);
      assert.deepEqual(ulimits.sort(), [
        ["core", 0, 0],
        ["fsize", 128 * MIB, 128 * MIB],
        ["msgqueue", 0, 0],
        ["nofile", 4096, 4096],
      ]);
      assert.equal(config.NanoCpus, Math.min(2, navigator.hardwareConcurrency) * 1e9);
    }),
);
