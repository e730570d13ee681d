/**
 * What each command needs of what the process was granted. The rest is given up as soon as the
 * command is known, before it does anything.
 */

/** A kind of permission. Reading is always kept: the program's own modules load late. */
export type Need = "net" | "write" | "run" | "sys";

/** What a command may do, and what for. */
export type Needs = Readonly<Partial<Record<Need, string>>>;

const ASK_SERVERS = "ask model servers on loopback";
const KEEP_STATE = "keep the state file";
const SEE_LISTENERS = "run ss, to see whether a server is open to the network";
const ASK_ENGINE = "run docker or podman, which keep the sandbox";
const FETCH_WEIGHTS = "run uv or pip, which fetch weights";

/** Every command by its words; one that is not here may only read. */
export const COMMAND_NEEDS: Readonly<Record<string, Needs>> = {
  "smoke model": {
    net: ASK_SERVERS,
    write: `${KEEP_STATE}, write the reports that flags name`,
    run: `${SEE_LISTENERS}; with --auto also ${FETCH_WEIGHTS}`,
  },
  "smoke history": { write: KEEP_STATE },
  "smoke diff": { write: KEEP_STATE },
  "fix": { net: ASK_SERVERS, write: KEEP_STATE, run: SEE_LISTENERS },
  "mcp": {
    net: "with --trace, send traces to an OTLP endpoint",
    write: `${KEEP_STATE}, apply edits that were approved`,
    run: ASK_ENGINE,
  },
  "models list": { net: ASK_SERVERS, write: KEEP_STATE },
  "models show": { net: ASK_SERVERS, write: KEEP_STATE },
  "models add": { net: ASK_SERVERS, write: KEEP_STATE },
  "models remove": { write: KEEP_STATE },
  "models import": { write: KEEP_STATE },
  "models pull": { write: `${KEEP_STATE}, put weights in place`, run: FETCH_WEIGHTS },
  "trace list": { write: KEEP_STATE },
  "trace show": { write: KEEP_STATE },
  "trace diff": { write: KEEP_STATE },
  "trace html": { write: `${KEEP_STATE}, write the page` },
  "trace search": { write: KEEP_STATE },
  "trace export": {
    net: "send traces to an OTLP endpoint",
    write: `${KEEP_STATE}, write the file of --out`,
  },
  "trace import": { write: KEEP_STATE },
  "trace pin": { write: KEEP_STATE },
  "trace unpin": { write: KEEP_STATE },
  "trace tag": { write: KEEP_STATE },
  "trace untag": { write: KEEP_STATE },
  "trace remove": { write: KEEP_STATE },
  "trace prune": { write: KEEP_STATE },
  "config show": {},
  "config check": {},
  "policy check": {},
  "policy explain": {},
  "policy show": {},
  "policy test": {},
  "run": {
    net: `${ASK_SERVERS}, send traces to an OTLP endpoint`,
    write: `${KEEP_STATE}, apply edits that were approved`,
    run: ASK_ENGINE,
  },
  "resume": {
    net: `${ASK_SERVERS}, send traces to an OTLP endpoint`,
    write: `${KEEP_STATE}, apply edits that were approved`,
    run: ASK_ENGINE,
  },
  "runs list": { write: KEEP_STATE },
  "runs show": { write: KEEP_STATE },
  "approvals list": { write: KEEP_STATE },
  "approvals show": { write: KEEP_STATE },
  "approvals approve": { write: KEEP_STATE },
  "approvals deny": { write: KEEP_STATE },
  "undo": { write: `${KEEP_STATE}, put files of the repository back` },
  "sandbox status": { write: KEEP_STATE, run: ASK_ENGINE },
  "sandbox build": { write: KEEP_STATE, run: ASK_ENGINE },
  "sandbox clean": { write: KEEP_STATE, run: ASK_ENGINE },
  "servers tools": {
    net: "listen on 127.0.0.1; with --trace also send traces to an OTLP endpoint",
    write: `${KEEP_STATE}, apply edits that were approved`,
    run: ASK_ENGINE,
  },
  "state path": {},
  "state check": { write: "open the state file, which SQLite does with a journal beside it" },
  "state backup": { write: "write the copy" },
  "schema": {},
  "completions": {},
  "complete": { write: "open the state file, which SQLite does with a journal beside it" },
  "doctor": {
    net: ASK_SERVERS,
    write: KEEP_STATE,
    run: "ask docker, git, python3 and nvidia-smi for their versions",
    sys: "tell how much memory and disk there is",
  },
  "permissions": {},
};

/** Other words for a command. */
const ALIASES: Readonly<Record<string, string>> = { "model smoke": "smoke model" };

const NEEDS: readonly Need[] = ["net", "write", "run", "sys"];

/** The command that words begin with: `smoke model` of `smoke model x --full`. */
export function commandOf(words: readonly string[]): string | undefined {
  const two = words.slice(0, 2).join(" ");
  const named = ALIASES[two] ?? two;
  if (named in COMMAND_NEEDS) return named;
  const [one = ""] = words;
  return one in COMMAND_NEEDS ? one : undefined;
}

/** Gives up what the command of these words does not need. There is no way back. */
export async function dropGrants(words: readonly string[]): Promise<void> {
  const command = commandOf(words);
  // It tells what was granted, so nothing may be given up before.
  if (command === "permissions") return;
  const needs = COMMAND_NEEDS[command ?? ""] ?? {};
  const unneeded = NEEDS.filter((name) => needs[name] === undefined);
  await Promise.all([...unneeded, "ffi" as const].map((name) => Deno.permissions.revoke({ name })));
}
