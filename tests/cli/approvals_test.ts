import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import {
  type ApprovalGate,
  ApprovalPendingError,
  createApprovalGate,
  subjectHash,
} from "../../lib/tools/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const PATCH =
  "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = \x1b[2J2\n";

const REASON = {
  decision: "approve" as const,
  code: "edit",
  message: "It changes files of the repository",
  start: 0,
  end: 0,
};

/** Asks for a patch through the real gate, with nobody there to answer. */
async function ask(gate: ApprovalGate, patch = PATCH): Promise<string> {
  const subject = { kind: "patch" as const, patch, files: [{ path: "a.py", sha256: "00" }] };
  const pass = gate.pass({ subject, title: "change a.py", reasons: [REASON] }, AbortSignal.any([]));
  return await pass.then(
    ({ id }) => `passed ${id}`,
    (error) => error instanceof ApprovalPendingError ? error.approval.id : `${error}`,
  );
}

/** A state directory with a request that waits. */
function withRequest(
  body: (
    owllm: (...words: string[]) => ReturnType<typeof runOwllm>,
    id: string,
    again: () => Promise<string>,
  ) => Promise<void>,
): Promise<void> {
  return withTempDir(async (parent) => {
    const dir = `${parent}/state`;
    const asking = async () => {
      using state = await openTestState(dir);
      const gate = createApprovalGate({
        approvals: state.approvals,
        clock: systemClock,
        repository: "/work/repo",
        runId: "run_1",
        mode: "ask",
      });
      return await ask(gate);
    };
    const id = await asking();
    const owllm = (...words: string[]) => runOwllm([...words, "--state", dir]);
    await body(owllm, id, asking);
  });
}

Deno.test("owllm approvals list, show, approve: exactly what was asked passes, once", () =>
  withRequest(async (owllm, id, again) => {
    assert.match((await owllm("approvals", "list")).stdout, new RegExp(`${id}.*change a\\.py`));
    const shown = await owllm("approvals", "show", id);
    assert.match(shown.stdout, /^\+x = .\[2J2$/m);
    assert.ok(!shown.stdout.includes("\x1b"), "an escape of the patch reached the terminal");
    assert.equal(await again(), id, "the same question is one request");
    assert.equal((await owllm("approvals", "approve", id)).code, 0);
    assert.equal(await again(), `passed ${id}`);
    const next = await again();
    assert.ok(next.startsWith("approval_") && next !== id, "once is once");
    assert.match((await owllm("approvals", "list", "--all")).stdout, /used/);
  }));

Deno.test("owllm approvals approve --session holds for the run, --json tells it", () =>
  withRequest(async (owllm, id, again) => {
    const said = await owllm("approvals", "approve", "last", "--session", "--json");
    const record = JSON.parse(said.stdout);
    assert.deepEqual([record.id, record.status, record.scope], [id, "approved", "session"]);
    assert.equal(record.hash, subjectHash(record.subject));
    assert.equal(await again(), `passed ${id}`);
    assert.equal(await again(), `passed ${id}`);
  }));

Deno.test("owllm approvals deny gives the reason to whoever asks again", () =>
  withRequest(async (owllm, id, again) => {
    const said = await owllm("approvals", "deny", id, "--reason", "Not in this file");
    assert.equal(said.code, 0, said.stderr);
    assert.match(await again(), /said no.*Not in this file/);
    const late = await owllm("approvals", "approve", id);
    assert.equal(late.code, 2);
    assert.match(late.stderr, /no longer waits for an answer: denied/);
  }));

Deno.test("owllm approvals names what is near a wrong id", () =>
  withRequest(async (owllm, id) => {
    const wrong = await owllm("approvals", "show", `${id.slice(0, -2)}zz`);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, new RegExp(`Near ones: ${id}`));
    const beginning = await owllm("approvals", "show", id.slice(0, -3));
    assert.equal(beginning.code, 0, beginning.stderr);
  }));
