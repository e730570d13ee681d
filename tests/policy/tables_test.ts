/**
 * Every flag that is not harmless, held against a list that is kept apart from the tables
 * (`dangerous_flags.txt`: program | role | flags; `:` takes a value, `?` only a joined one). A flag that is
 * taken out of a table, or moved to a milder role, breaks these tests.
 */
import assert from "node:assert/strict";
import { decide } from "../../lib/policy/mod.ts";
import { type Flag, flagsOf } from "../../lib/policy/options.ts";
import { FIND_WORDS } from "../../lib/policy/specs/find.ts";
import { allTables } from "../../lib/policy/specs/mod.ts";
import { codesOf } from "../support/policy_rows.ts";
import { PLAIN_WORLD } from "../support/policy_worlds.ts";

interface Entry {
  readonly path: string;
  readonly role: string;
  readonly flag: string;
  readonly value: Flag["value"];
}

const VALUES = { ":": "always", "?": "joined" } as const;

const LIST: readonly Entry[] = Deno.readTextFileSync(
  new URL("./dangerous_flags.txt", import.meta.url),
)
  .trimEnd().split("\n").flatMap((line) => {
    const [path = "", role = "", flags = ""] = line.split(" | ");
    return flags.split(" ").map((entry): Entry => {
      const mark = VALUES[entry.at(-1) as ":" | "?"];
      return { path, role, flag: mark ? entry.slice(0, -1) : entry, value: mark ?? "never" };
    });
  });

/** The word of a finding and a value that brings it up, for each role. */
const EXPECTED: Readonly<Record<string, { readonly code: string; readonly value: string }>> = {
  read: { code: "outside_repository", value: "/etc/passwd" },
  stat: { code: "outside_repository", value: "/etc/passwd" },
  tree: { code: "outside_repository", value: "/etc/passwd" },
  dir: { code: "outside_repository", value: "/etc" },
  write: { code: "writes", value: "out.txt" },
  exec: { code: "executes", value: "./evil" },
  script: { code: "destroys", value: "'rm -rf x'" },
  config: { code: "configuration", value: "./evil" },
  names: { code: "unknown_path", value: "list.txt" },
  net: { code: "network", value: "http://example.com" },
  env: { code: "environment", value: "X" },
  approve: { code: "needs_person", value: "x" },
  destroy: { code: "destroys", value: "x" },
  privilege: { code: "privilege", value: "x" },
  credentials: { code: "secret", value: "x" },
};
const PATH_ROLES: ReadonlySet<string> = new Set(["read", "stat", "tree", "dir", "script"]);

/** Every way to write a flag with its value. */
function forms({ flag, value, role, path }: Entry, style: string): string[] {
  const text = EXPECTED[role]?.value ?? "";
  const long = flag.startsWith("--") || style === "word";
  const bare = value === "always" || PATH_ROLES.has(role) ? [] : [flag];
  const separate = value === "always" ? [`${flag} ${text}`] : [];
  const joined = value === "never" ? [] : [long ? `${flag}=${text}` : `${flag}${text}`];
  const shorter = flag.slice(0, -1);
  const others = LIST.some((other) =>
    other.path === path && other.flag.startsWith(shorter) && other.flag !== flag
  );
  const abbreviated = style === "gnu" && flag.startsWith("--") && !others && value === "always"
    ? [`${shorter}=${text}`, `${shorter} ${text}`]
    : [];
  return [...bare, ...separate, ...joined, ...abbreviated];
}

Deno.test("allTables() has exactly the flags of the list that are not harmless", () => {
  const inTables = allTables().flatMap(({ path, table }) =>
    [...flagsOf(table).values()]
      .filter(({ role }) => role !== "none" && role !== "text")
      .map(({ name, role, value }) => `${path} ${role} ${name} ${value}`)
  );
  const inList = LIST.map(({ path, role, flag, value }) => `${path} ${role} ${flag} ${value}`);
  assert.ok(inList.length > 900, "the list was not read");
  assert.deepEqual(inTables.sort(), inList.sort());
});

Deno.test("decide() finds each dangerous flag for what it is, in each form", () => {
  const styles = new Map(allTables().map(({ path, table }) => [path, table.style ?? "gnu"]));
  const wrong: string[] = [];
  let judged = 0;
  for (const entry of LIST) {
    for (const form of forms(entry, styles.get(entry.path) ?? "gnu")) {
      // At the start of a command `time` is a word of the shell.
      const command = `${entry.path === "time" ? "command " : ""}${entry.path} ${form}`;
      const { decision, reasons } = decide(command, PLAIN_WORLD);
      judged++;
      const code = EXPECTED[entry.role]?.code ?? "";
      if (decision === "allow" || !codesOf(reasons).includes(code)) {
        wrong.push(`${command}: ${decision} ${codesOf(reasons)}, expected ${code}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(judged > 1500, `only ${judged} commands were judged`);
});

Deno.test("flagsOf() gives no flag a harmless and a dangerous meaning at once", () => {
  const twice: string[] = [];
  for (const { path, table } of allTables()) {
    const meanings = new Map<string, string>();
    for (const [role, list] of Object.entries(table.flags ?? {})) {
      for (const word of list.split(/\s+/).filter((entry) => entry !== "")) {
        const name = word.length > 2 ? word.replace(/[:?]$/, "") : word;
        const before = meanings.get(name) ?? role;
        const harmless = [before, role].filter((one) => one === "none" || one === "text").length;
        if (harmless === 1) twice.push(`${path} ${name}: ${before} and ${role}`);
        meanings.set(name, role);
      }
    }
  }
  assert.deepEqual(twice, []);
});

Deno.test("decide() finds what find writes, runs, removes and reads", () => {
  const expected: Readonly<Record<string, string>> = {
    "find src -fprint out": "writes",
    "find src -fprint0 out": "writes",
    "find src -fls out": "writes",
    "find src -fprintf out %p": "writes",
    "find src -delete": "writes",
    "find . -delete": "destroys",
    "find src -exec ./evil {} +": "program_by_path",
    "find src -execdir ls {} +": "unknown_directory",
    "find src -ok ls {} ';'": "interactive",
    "find src -okdir ls {} ';'": "interactive",
    "find src -files0-from list": "configuration",
    "find src -newer /etc/passwd": "outside_repository",
    "find src -anewer /etc/passwd": "outside_repository",
    "find src -cnewer /etc/passwd": "outside_repository",
    "find src -samefile /etc/passwd": "outside_repository",
    "find src -unheard-of": "unknown_flag",
  };
  for (const [command, code] of Object.entries(expected)) {
    const { decision, reasons } = decide(command, PLAIN_WORLD);
    assert.notEqual(decision, "allow", command);
    assert.ok(codesOf(reasons).includes(code), `${command}: ${codesOf(reasons)}, expected ${code}`);
  }
  const judged = Object.entries(FIND_WORDS).filter(([, roles]) =>
    roles.some((role) => role !== "text")
  );
  for (const [word] of judged) {
    assert.ok(Object.keys(expected).some((command) => command.includes(` ${word} `)), word);
  }
});
