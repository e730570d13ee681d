/**
 * The built file in a network namespace that has loopback only, beside a DNS sink: every command
 * does its work there, and no name is ever asked for.
 */
import assert from "node:assert/strict";
import { builtFile, runProgram } from "../support/built.ts";
import { type Part, testWith } from "../support/real_parts.ts";
import { withTempDir } from "../support/state.ts";
import { smolLm2 } from "../support/weights.ts";

/** What the test needs: the file, the weights, and the right to make namespaces. */
async function parts(): Promise<Part<{ readonly file: string; readonly weights: string }>> {
  const built = await builtFile();
  if (!built.there) return built;
  const weights = await smolLm2();
  if (!weights.there) return weights;
  const { code } = await runProgram("/bin/sh", ["-c", "unshare -n -m true"], {});
  if (code !== 0) {
    return { there: false, reason: "no right to make a network namespace (start: as root)" };
  }
  return { there: true, part: { file: built.part, weights: weights.part } };
}

/** Writes each datagram that comes to port 53 into a file. */
const SINK = `
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 53 });
  Deno.writeTextFileSync(Deno.args[0], "");
  for await (const [bytes] of socket) {
    Deno.writeTextFileSync(Deno.args[0], new TextDecoder().decode(bytes) + "\\n", { append: true });
  }`;

/** Runs in the namespace; `$1` is the file, `$2` the home, `$3` the runtime. */
const SCRIPT = `
  set -eu
  file=$1 home=$2 deno=$3
  ip link set lo up
  printf 'nameserver 127.0.0.1\\n' >"$home/resolv.conf"
  mount --bind "$home/resolv.conf" /etc/resolv.conf
  # The sink is no owllm: its own look for updates must not count.
  DENO_NO_UPDATE_CHECK=1 "$deno" run --quiet -A --unstable-net "$home/sink.ts" "$home/asked" & sink=$!
  trap 'kill $sink' EXIT
  while [ ! -f "$home/asked" ]; do sleep 0.05; done
  export HOME=$home XDG_CACHE_HOME=$home/cache
  cd "$home"
  run() { echo "== $*"; "$file" "$@" >"$home/out" 2>&1 && echo "exit 0" || echo "exit $?"; }
  run --version
  run --help
  run smoke model --list
  run smoke model builtin --probe gen.basic --probe gen.schema --json --html r.html
  run smoke history builtin
  run smoke model nobody
  run models list
  run models show builtin
  run config show
  run config check
  run state check
  run state backup copy.db
  run schema smoke-model
  run completions bash
  run permissions
  run doctor
  # The sink itself works: else the silence would prove nothing.
  cp "$home/asked" "$home/asked_by_owllm"
  "$deno" eval 'await Deno.resolveDns("proof.example", "A").catch(() => {})' & proof=$!
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q proof "$home/asked" && break
    sleep 0.25
  done
  kill $proof
  grep -q proof "$home/asked" && echo "sink works"
`;

testWith(
  "every command of the built file works with loopback only and asks for no name",
  await parts(),
  async (
    { file, weights },
  ) => {
    await withTempDir(async (home) => {
      const models = `${home}/.local/share/owllm/models`;
      await Deno.mkdir(models, { recursive: true });
      await Deno.copyFile(weights, `${models}/${weights.split("/").at(-1)}`);
      await Deno.writeTextFile(`${home}/sink.ts`, SINK);
      await Deno.writeTextFile(`${home}/script.sh`, SCRIPT);
      const args = ["-n", "-m", "sh", `${home}/script.sh`, file, home, Deno.execPath()];
      const { stdout, stderr } = await runProgram("/usr/bin/unshare", args, {});
      assert.match(stdout, /sink works/, stderr);
      assert.equal(await Deno.readTextFile(`${home}/asked_by_owllm`), "");
      const codes = [...stdout.matchAll(/^== (.*)\nexit (\d+)$/gm)].map(([, words, code]) =>
        `${words}: ${code}`
      );
      // Nobody is there: that is what exit 3 says.
      assert.deepEqual(
        codes.filter((one) => !one.endsWith(": 0")),
        ["smoke model nobody: 3"],
        stderr,
      );
      assert.equal(codes.length, 16);
      assert.match(await Deno.readTextFile(`${home}/r.html`), /^<!doctype html>/i);
    });
  },
);
