/** What a command can reach: looked for from inside, by what works and what does not. */
import assert from "node:assert/strict";
import type { SpawnSpec } from "../../lib/sandbox/mod.ts";
import { realDocker, testWith } from "../support/real_parts.ts";
import { dockerOf, never, out, shell, testExecutor, withSandbox } from "../support/sandbox.ts";
import { hostAddresses } from "../support/host_addresses.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();

testWith(
  "a sandbox has no network but its own loopback",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      using listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
      const { port } = listener.addr;
      const ours = (await hostAddresses()).map((address) => `('${address}', ${port})`);
      const script = `
import socket
names = [name for _, name in socket.if_nameindex()]
print(names)
for target in [${["('127.0.0.1', " + port + ")", ...ours, "('192.0.2.1', 80)"].join(", ")}]:
    try:
        socket.create_connection(target, 2)
        print("reached", target)
    except OSError as error:
        pass
try:
    print(socket.getaddrinfo("example.org", 80))
except OSError as error:
    pass
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), 2)
print("own loopback")
`;
      const seen = await sh(`python3 - <<'END'${script}END`);
      assert.equal(out(seen), "['lo']\nown loopback\n");
      const ask = dockerOf(docker);
      const [id = ""] = (await ask("ps", "-q", "--filter", `label=dev.owllm.pid=${Deno.pid}`))
        .split("\n");
      const [{ HostConfig: config, NetworkSettings: network }] = JSON.parse(
        await ask("inspect", id),
      );
      // Not only connectivity: a daemon without a bridge would hide a missing flag.
      assert.equal(config.NetworkMode, "none");
      assert.deepEqual(Object.keys(network.Networks), ["none"]);
      assert.deepEqual(Object.keys(network.Ports ?? {}), []);
      const resolvers = await sh("cat /etc/resolv.conf");
      assert.equal(out(resolvers), "nameserver 127.0.0.1\n", "the host's name servers are told");
    }),
);

testWith(
  "a sandbox sees neither files nor environment nor processes of the host",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh, stateDir }) => {
      const secret = crypto.randomUUID();
      const path = `${stateDir}/secret-${secret}`;
      await Deno.writeTextFile(path, secret);
      Deno.env.set("OWLLM_TEST_SECRET", secret);
      try {
        const look = await sh(
          `cat ${path}; ls ${stateDir}; find / -xdev -name '*${secret}*' 2>/dev/null; ` +
            `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c ${secret}`,
        );
        assert.equal(out(look), "0\n");
        const environment = out(await sh("env -0 | tr '\\0' '\\n' | cut -d= -f1 | sort")).trim()
          .split("\n");
        const known =
          /^(?:GIT_(?:CONFIG_(?:COUNT|(?:KEY|VALUE)_\d|GLOBAL|NOSYSTEM)|OPTIONAL_LOCKS|TERMINAL_PROMPT)|HOME|HOSTNAME|LANG|LOGNAME|OLDPWD|PAGER|PATH|PWD|PYTHONDONTWRITEBYTECODE|SHLVL|TERM|TZ|USER|_)$/;
        assert.deepEqual(environment.filter((name) => !known.test(name)), []);
        const added = await sh('echo "$A|$B"', { env: { A: "x=y\nz", B: "" } });
        assert.equal(out(added), "x=y\nz|\n");
        assert.equal(out(await sh("cat /etc/hostname")), "sandbox\n");
        const names = await sh("cat /proc/[0-9]*/comm | sort -u | tr '\\n' ' '");
        assert.match(out(names), /^(?:(?:bash|cat|docker-init|tini|catatonit|sort|timeout|tr) )+$/);
      } finally {
        Deno.env.delete("OWLLM_TEST_SECRET");
      }
    }),
);

testWith(
  "a sandbox has no socket of the daemon and no mount of the host",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const sockets = await sh(
        "find / -type s 2>/dev/null; ls /var/run/docker.sock /run/docker.sock 2>/dev/null",
      );
      assert.equal(out(sockets), "");
      const mounts = out(
        await sh(
          "awk '$3 !~ /^(tmpfs|overlay|proc|sysfs|devpts|mqueue|cgroup2?)$/ {print $2, $4}' /proc/mounts",
        ),
      );
      for (const line of mounts.trim().split("\n").filter((one) => one !== "")) {
        // Docker's own files; all of them read-only.
        assert.match(
          line,
          /^\/(?:etc\/(?:hosts|hostname|resolv\.conf)|(?:usr\/)?sbin\/docker-init|dev\/init) ro,/,
        );
      }
      const ask = dockerOf(docker);
      const [id = ""] = (await ask("ps", "-q", "--filter", `label=dev.owllm.pid=${Deno.pid}`))
        .split("\n");
      const [{ HostConfig: config, Mounts: listed }] = JSON.parse(await ask("inspect", id));
      assert.deepEqual(listed, []);
      assert.equal(config.Binds, null);
      assert.equal(config.Privileged, false);
      assert.deepEqual(config.CapDrop, ["ALL"]);
      assert.equal(config.LogConfig.Type, "none");
    }),
);

testWith(
  "a command is nobody: no capability, no new privileges, filtered system calls",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const status = out(await sh("cat /proc/self/status; cat /proc/1/status"));
      for (const name of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
        const masks = [...status.matchAll(new RegExp(`^${name}:\\s+(\\w+)$`, "gm"))].map((match) =>
          match[1]
        );
        assert.deepEqual(masks, ["0000000000000000", "0000000000000000"], name);
      }
      assert.equal(status.match(/^NoNewPrivs:\s+1$/gm)?.length, 2);
      assert.equal(status.match(/^Seccomp:\s+2$/gm)?.length, 2);
      assert.doesNotMatch(status, /^[UG]id:\s.*\b0\b/m);
      assert.notEqual((await sh("kill -9 1")).code, 0);
      assert.equal(
        out(await sh("find / -xdev -perm /6000 2>/dev/null")),
        "",
        "programs with another's rights",
      );
      assert.notEqual((await sh("echo x >/usr/bin/x || echo x >/etc/x || echo x >/x")).code, 0);
      assert.equal(
        out(await sh("ls /owllm 2>&1 | head -1")),
        "ls: cannot open directory '/owllm': Permission denied\n",
      );
    }),
);

/** System calls by number on x86-64 and arm64, with arguments that would do something. */
const SYSTEM_CALLS: Readonly<Record<string, readonly [number, number, string]>> = {
  ptrace: [101, 117, "0, 0, 0, 0"],
  process_vm_readv: [310, 270, "1, 0, 0, 0, 0, 0"],
  io_uring_setup: [425, 425, "8, buffer"],
  bpf: [321, 280, "0, buffer, 48"],
  perf_event_open: [298, 241, "buffer, 0, -1, -1, 0"],
  keyctl: [250, 219, "0, -3, 0"],
  add_key: [248, 217, "buffer, buffer, buffer, 1, -3"],
  userfaultfd: [323, 282, "1"],
  unshare: [272, 97, "0x10000000"],
  setns: [308, 268, "0, 0"],
  mount: [165, 40, "buffer, buffer, buffer, 0, 0"],
  fsopen: [430, 430, "buffer, 0"],
  open_by_handle_at: [304, 265, "-100, buffer, 0"],
  kexec_load: [246, 104, "0, 0, 0, 0"],
  chroot: [161, 51, "buffer"],
  kcmp: [312, 272, "1, 1, 0, 0, 0"],
};

testWith(
  "the kernel refuses what no build needs: ptrace, io_uring, bpf, namespaces, mounts",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const column = Deno.build.arch === "x86_64" ? 0 : 1;
      const calls = Object.entries(SYSTEM_CALLS).map(([name, call]) =>
        `print("${name}", libc.syscall(${call[column]}, ${call[2]}), ctypes.get_errno())`
      );
      const clone = Deno.build.arch === "x86_64" ? [56, 435] : [220, 435];
      const script = `
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(256)
${calls.join("\n")}
print("clone", libc.syscall(${clone[0]}, 0x10000011, 0, 0, 0, 0), ctypes.get_errno())
print("clone3", libc.syscall(${clone[1]}, buffer, 88), ctypes.get_errno())
for family in (38, 40, 17):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print("family", family, "opened")
    except OSError as error:
        print("family", -1, error.errno)
`;
      const answers = out(await sh(`python3 - <<'END'${script}END`)).trim().split("\n");
      assert.equal(answers.length, calls.length + 5);
      for (const line of answers) {
        // EPERM; ENOSYS for clone3, so that C libraries fall back to clone.
        assert.match(line, line.startsWith("clone3") ? / -1 38$/ : / -1 1$/, line);
      }
      assert.notEqual((await sh("unshare --user true")).code, 0);
    }),
);

testWith(
  "what builds and tests need works: threads, pools, sockets, git, make of files",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const script = `
import concurrent.futures, multiprocessing, socket, sqlite3, subprocess, tempfile, threading
thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
with concurrent.futures.ThreadPoolExecutor(8) as pool: print(sum(pool.map(int, "1234")))
left, right = socket.socketpair(); left.send(b"pair"); print(right.recv(4))
print(sqlite3.connect(tempfile.mktemp()).execute("select 1").fetchone())
print(subprocess.run(["sh", "-c", "exit 5"]).returncode)
`;
      const works = await sh(`python3 - <<'END'${script}END`);
      assert.equal(out(works), "thread\n[1, 2]\n10\nb'pair'\n(1,)\n5\n");
      const git = await sh(
        "cd /tmp && git init -q r && cd r && echo a >a && git add a && git -c user.name=a -c user.email=b commit -qm a && git log --format=%s && mkfifo f && python --version",
      );
      assert.match(out(git), /^a\nPython 3/);
      assert.equal(git.code, 0);
    }),
);

testWith(
  "run() gives bytes in and out as they are",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, sh }) => {
      const bytes = crypto.getRandomValues(new Uint8Array(48 * 1024));
      bytes.set([0, 13, 10, 255, 26, 4]);
      const { stdout } = await sh("cat; cat >&2 </dev/null", {
        stdin: bytes,
        maxOutputBytes: 256 * 1024,
      });
      assert.deepEqual(new Uint8Array([...stdout.head, ...stdout.tail]), bytes);
      const both = await sh("printf 'a\\0b'; printf 'c\\0d' >&2; exit 9");
      assert.deepEqual([both.stdout.head, both.stderr.head].map((part) => [...part]), [
        [97, 0, 98],
        [99, 0, 100],
      ]);
      assert.equal(both.code, 9);
      assert.equal(out(await sh("cat | wc -c")), "0\n", "stdin is not closed");
      const odd = ["a b", "$HOME", "`id`", "'", '"', "\\", "é\n", "", "--", "-x"];
      const spec = {
        program: "printf",
        args: ["%s|", ...odd],
        cwd: "/workspace",
        env: {},
        maxOutputBytes: 1000,
        timeoutMs: 5000,
      };
      assert.equal(
        out(await executor.run(spec, new AbortController().signal)),
        `${odd.join("|")}|`,
      );
      assert.equal((await sh("true", { program: "no-such-program" })).code, 127);
      assert.equal((await sh("true", { cwd: "/workspace/nowhere" })).code, 126);
    }),
);

testWith(
  "run() is not misled by a command that talks like the engine",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh, executor }) => {
      const liar = await sh("echo 'Error response from daemon: No such container' >&2; exit 1");
      assert.equal(liar.code, 1);
      assert.equal(liar.restarted, null);
      const bad: [Partial<SpawnSpec>, RegExp][] = [
        [{ env: { "A=B": "x" } }, /"A=B" is no name/],
        [{ env: { A: "x\0y" } }, /NUL/],
        [{ args: ["x".repeat(200_000)] }, /longer than a system passes on/],
        [{ cwd: "relative" }, /no absolute directory/],
        [{ program: "" }, /needs a program/],
      ];
      for (const [more, said] of bad) await assert.rejects(sh("true", more), said);
      const long = "y".repeat(100_000);
      assert.equal(
        out(await sh('printf %s "${#1}"', { args: ["-c", 'printf %s "${#1}"', "x", long] })),
        "100000",
      );
      assert.equal(executor.imageDigest, docker.image);
    }),
);

testWith(
  "a sandbox is told nothing of the person's own configuration of docker",
  docker,
  (docker) =>
    withTempDir(async (home) => {
      await Deno.mkdir(`${home}/.docker`);
      const proxies = { default: { httpProxy: "http://secret@proxy:1", noProxy: "inner" } };
      await Deno.writeTextFile(`${home}/.docker/config.json`, JSON.stringify({ proxies }));
      const env = { HOME: home };
      await using executor = await testExecutor(docker, `${home}/state`, {}, undefined, env);
      await executor.start(never);
      assert.equal(out(await executor.run(shell("env | grep -i proxy"), never)), "");
    }),
);
