/** The same walls by podman: what differs in its options is looked at from inside. */
import assert from "node:assert/strict";
import { realPodman, testWith } from "../support/real_parts.ts";
import { err, never, out, withSandbox } from "../support/sandbox.ts";

const podman = await realPodman();

testWith(
  "podman: the walls, the limits and the patch are those of docker",
  podman,
  (image) =>
    withSandbox({ host: "", image }, async ({ sh, executor }) => {
      const status = out(await sh("cat /proc/self/status"));
      assert.match(status, /^CapBnd:\s+0{16}$/m);
      assert.match(status, /^NoNewPrivs:\s+1$/m);
      assert.match(status, /^Seccomp:\s+2$/m);
      assert.notEqual((await sh("unshare --user true")).code, 0);
      assert.equal(
        out(await sh("python3 -c 'import socket; print(socket.if_nameindex())'")),
        "[(1, 'lo')]\n",
      );
      assert.equal(
        out(await sh("cat /etc/hosts; cat /etc/resolv.conf 2>/dev/null")),
        "127.0.0.1 localhost\n::1 localhost\n",
      );
      const writable = await sh(
        "find / \\( -path /proc -o -path /sys -o -path /workspace/.git \\) -prune -o -writable -type d -print 2>/dev/null | sort",
      );
      assert.equal(out(writable), "/dev/mqueue\n/dev/shm\n/tmp\n/workspace\n");
      const hog = await sh("python3 -c 'x = bytearray(2 << 30)'");
      assert.equal(hog.outOfMemory, true);
      const bomb = await sh(":(){ :|:& };: ; sleep 60", { timeoutMs: 1_500 });
      assert.equal(bomb.timedOut, true);
      assert.match(out(await sh("set -- /proc/[0-9]*; echo $#")), /^\d\n$/);
      assert.notEqual((await sh("echo x >.git/config || rm -rf .git/hooks")).code, 0);
      const bytes = new Uint8Array([0, 255, 10, 13]);
      assert.deepEqual((await sh("cat", { stdin: bytes })).stdout.head, bytes);
      await sh("echo new >new");
      const { paths } = await executor.diff(never);
      assert.deepEqual(paths, ["new"], err(bomb));
    }, {
      settings: { kind: "podman" },
      prepare: (path) => Deno.writeTextFile(`${path}/file`, "f\n"),
    }),
);
