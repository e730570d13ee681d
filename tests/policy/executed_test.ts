/**
 * What bash really executes, in a container whose PATH holds nothing but programs that log their
 * names: the judge must have seen every one of them in a command that it allows.
 */
import assert from "node:assert/strict";
import { decide } from "../../lib/policy/mod.ts";
import { knownPrograms } from "../../lib/policy/specs/mod.ts";
import { policyCorpus } from "../support/policy_corpus.ts";
import { PLAIN_WORLD } from "../support/policy_worlds.ts";
import { realDocker, testWith } from "../support/real_parts.ts";
import { err, out, withSandbox } from "../support/sandbox.ts";

const docker = await realDocker();

/** Commands in one script, each in a shell of its own with a log of its own. */
const COMMANDS_PER_RUN = 100;

/** Logs its name and ends well; it reads nothing, so that no pipeline waits. */
const LOGGER = `#!/bin/bash\nprintf '%s\\n' "\${0##*/}" >>"$EXECUTED"\n`;

/** A command name that can be the name of a file, which `.` and `..` are not. */
const FILE_NAME = /^(?!\.{1,2}$)[\w.+@-]+$/;

/** Makes the only directory of PATH: one logger, and a link for every name. */
function setUp(names: readonly string[]): string {
  return `mkdir -p /workspace/bin /workspace/logs /workspace/repo/src
cat >/workspace/bin/logger-itself <<'END'
${LOGGER}END
chmod +x /workspace/bin/logger-itself
while read -r name; do ln -sf logger-itself "/workspace/bin/$name"; done <<'END'
${names.join("\n")}
END
`;
}

/** Runs each command and prints its number and what it executed. */
function script(commands: readonly string[], first: number): string {
  const runs = commands.map((command, index) => {
    const text = btoa(String.fromCharCode(...new TextEncoder().encode(command)));
    return `run ${first + index} ${text}`;
  });
  return `run() {
  local log=/workspace/logs/$1 text
  text=$(printf %s "$2" | base64 -d; printf x)
  : >"$log"
  (cd /workspace/repo && EXECUTED=$log PATH=/workspace/bin timeout_exec "\${text%x}") >/dev/null 2>&1 </dev/null
  printf '%s %s\\n' "$1" "$(sort -u "$log" | tr '\\n' ' ')"
}
timeout_exec() { exec /usr/bin/timeout 5 /bin/bash -c "$1"; }
${runs.join("\n")}
`;
}

/** Programs of the effects, as names on PATH. */
function judged(command: string): ReadonlySet<string> {
  return new Set(
    decide(command, PLAIN_WORLD).effects.exec.map((name) => name.split("/").at(-1) ?? ""),
  );
}

testWith(
  "decide() names every program that bash really executes in the commands that it allows",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const commands = policyCorpus().flatMap(({ rows }) => rows).map(({ command }) => command)
        .filter((command) => decide(command, PLAIN_WORLD).decision === "allow");
      const names = [
        ...new Set([...knownPrograms(), ...commands.flatMap((one) => [...judged(one)])]),
      ];
      const made = await sh(setUp(names.filter((name) => FILE_NAME.test(name))));
      assert.equal(made.code, 0, err(made));
      let executed = 0;
      const missed: string[] = [];
      for (let at = 0; at < commands.length; at += COMMANDS_PER_RUN) {
        const result = await sh(script(commands.slice(at, at + COMMANDS_PER_RUN), at), {
          timeoutMs: 120_000,
        });
        assert.equal(result.code, 0, err(result));
        for (const line of out(result).trimEnd().split("\n")) {
          const [number = "", ...programs] = line.trim().split(" ");
          const command = commands[Number(number)] ?? assert.fail(line);
          const known = judged(command);
          executed += programs.length;
          const unseen = programs.filter((name) => !known.has(name));
          if (unseen.length > 0) missed.push(`${unseen.join(" ")} in ${JSON.stringify(command)}`);
        }
      }
      assert.deepEqual(missed, []);
      assert.ok(commands.length > 500 && executed > 500, `${executed} of ${commands.length}`);
    }),
);
