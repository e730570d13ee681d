/** Completion scripts in the shells themselves. */
import assert from "node:assert/strict";
import { findProgram } from "../support/find_program.ts";
import { testWith } from "../support/real_parts.ts";
import { bareEnv, OWLLM_ARGS, runOwllm } from "../support/run_owllm.ts";
import { openTestState, withTempDir } from "../support/state.ts";

/** Runs a shell with `owllm` on PATH and returns what it prints. */
async function inShell(home: string, shell: string, args: readonly string[]): Promise<string> {
  const bin = `${home}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  const words = [Deno.execPath(), ...OWLLM_ARGS].map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${bin}/owllm`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  const env = bareEnv(home);
  const { stdout, stderr } = await new Deno.Command(shell, {
    args: [...args],
    env: { ...env, PATH: `${bin}:${env["PATH"]}`, TERM: "dumb" },
    clearEnv: true,
    cwd: home,
    signal: AbortSignal.timeout(60_000),
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

/** A HOME whose state knows a model with a colon in its name. */
async function withHome(body: (home: string) => Promise<void>): Promise<void> {
  await withTempDir(async (home) => {
    {
      using state = await openTestState(`${home}/.local/state/owllm`);
      const base = { kind: "ollama", baseUrl: "http://127.0.0.1:11434", source: "added" } as const;
      for (const id of ["qwen2.5-coder:7b", "qwen2.5-coder:14b", "gemma"]) {
        state.models.upsert({ ...base, id, name: id });
      }
    }
    await body(home);
  });
}

/** What bash offers for a line, by the words of its own COMPREPLY. */
function bashReply(line: string): string {
  return `eval "$(owllm completions bash)"
    complete -p owllm >/dev/null || exit 1
    COMP_LINE='${line}' COMP_POINT=\${#COMP_LINE}
    COMP_WORDS=(); _owllm owllm; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

const bash = findProgram("bash", "no bash (install: apt-get install bash)");
const zsh = findProgram("zsh", "no zsh (install: apt-get install zsh)");
const fish = findProgram("fish", "no fish (install: apt-get install fish)");

testWith(
  "bash completes commands, flags, values and model ids with colons",
  bash,
  (shell) =>
    withHome(async (home) => {
      const cases: [string, string[]][] = [
        ["owllm sta", ["state"]],
        ["owllm --json state ", ["path", "check", "backup"]],
        ["owllm config show --js", ["--json"]],
        ["owllm completions z", ["zsh"]],
        ["owllm smoke model gem", ["gemma"]],
        ["owllm smoke model qwen2.5-coder:7", ["7b"]],
        ["owllm smoke model qwen", ["qwen2.5-coder:14b", "qwen2.5-coder:7b"]],
        ["owllm nonsense ", [""]],
      ];
      for (const [line, expected] of cases) {
        const reply = await inShell(home, shell, ["--norc", "-c", bashReply(line)]);
        assert.deepEqual(reply.split("\n").slice(0, -1), expected, line);
      }
    }),
);

/** Types into a real line editor: TAB completes, then the line is run. */
const TYPE_INTO_ZSH = `
  zmodload zsh/zpty
  zpty z zsh -f -i
  zpty -w z 'autoload -U compinit; compinit -u -D; eval "$(owllm completions zsh)"; echo READY$((1+1))'
  while zpty -r z line; do [[ $line == *READY2* ]] && break; done
  zpty -w z $'owllm stat\\tpa\\t; owllm smoke model qwen2.5-coder:7\\t--help >/dev/null; echo DONE$((1+1))'
  while zpty -r z line; do print -r -- "$line"; [[ $line == *DONE2* ]] && break; done
  zpty -d z`;

testWith(
  "zsh completes commands and model ids at a real prompt",
  zsh,
  (shell) =>
    withHome(async (home) => {
      const said = await inShell(home, shell, ["-f", "-c", TYPE_INTO_ZSH]);
      assert.match(said, new RegExp(`^${home}/.local/state/owllm/owllm.db\\r?$`, "m"));
      assert.match(said, /owllm smoke model qwen2\.5-coder\\?:7b/);
    }),
);

testWith(
  "fish completes commands, flags and model ids with their meaning",
  fish,
  (shell) =>
    withHome(async (home) => {
      const ask = (line: string) => `owllm completions fish | source; complete -C '${line}'`;
      const reply = (line: string) => inShell(home, shell, ["--no-config", "-c", ask(line)]);
      assert.equal(await reply("owllm sta"), "state\tThe one file that owllm keeps\n");
      assert.match(await reply("owllm config show --js"), /^--json\tPrint one JSON document/);
      assert.match(await reply("owllm smoke model qwen2.5-coder:7"), /^qwen2\.5-coder:7b\t/);
    }),
);

Deno.test("owllm complete is quiet about a broken configuration and makes no state", () =>
  withTempDir(async (home) => {
    await Deno.writeTextFile(`${home}/owllm.toml`, "[broken");
    const broken = await runOwllm(["complete", "--", "smoke", "model", ""], { home });
    assert.deepEqual(broken, { code: 0, stdout: "", stderr: "" });
    await Deno.remove(`${home}/owllm.toml`);
    const none = await runOwllm(["complete", "--", "smoke", "model", ""], { home });
    assert.match(none.stdout, /^builtin\t/m);
    await assert.rejects(Deno.stat(`${home}/.local`), Deno.errors.NotFound);
  }));
