import assert from "node:assert/strict";
import { systemClock } from "../../../lib/core/mod.ts";
import { createApprovalGate } from "../../../lib/tools/mod.ts";
import { openTestState, withTempDir } from "../../support/state.ts";

const subject = { kind: "patch", patch: "p", files: [] } as const;
const request = { subject, title: "change a", reasons: [] };
const run = { clock: systemClock, repository: "/r", runId: "run", mode: "ask" } as const;
const signal = new AbortController().signal;

Deno.test("pass() lets one of two users of a once approval through", () =>
  withTempDir(async (dir) => {
    using first = await openTestState(dir);
    using second = await openTestState(dir);
    const gates = [first, second].map(({ approvals }) => createApprovalGate({ ...run, approvals }));
    const pending = await gates[0]?.pass(request, signal).catch((error) => error);
    first.approvals.answer(pending.approval.id, { approved: true, scope: "once", remark: null });
    const ends = await Promise.allSettled(gates.map((gate) => gate.pass(request, signal)));
    assert.deepEqual(ends.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  }));

Deno.test("pass() fails when the approval was used before the asker could", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const { approvals } = state;
    // Between the answer and its use, as another process of the run would.
    const quick = {
      ...approvals,
      answer: (...given: Parameters<typeof approvals.answer>) => {
        const answered = approvals.answer(...given);
        if (answered !== undefined) approvals.use(answered);
        return answered;
      },
    };
    const ask = () => Promise.resolve({ approved: true, scope: "once" as const });
    const gate = createApprovalGate({ ...run, approvals: quick, ask });
    await assert.rejects(gate.pass(request, signal), /came too late/);
  }));

Deno.test("pass() honours each scope for its own time", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const hours = { once: 1, session: 24, always: 30 * 24 } as const;
    for (const scope of ["once", "session", "always"] as const) {
      const gate = createApprovalGate({ ...run, runId: scope, approvals: state.approvals });
      const pending = await gate.pass(request, signal).catch((error) => error);
      const said = { approved: true, scope, remark: null };
      const answered = state.approvals.answer(pending.approval.id, said);
      const holds = Date.parse(answered?.expiresAt ?? "") - Date.parse(answered?.decidedAt ?? "");
      assert.ok(Math.abs(holds - hours[scope] * 3_600_000) < 1000, scope);
    }
  }));
