import type { Fault } from "../types.ts";
import { A_FAULTS } from "./a.ts";
import { ANSWER_FAULTS, CALL_FORM_FAULTS, contextCutAt } from "./answers.ts";
import { B_FAULTS } from "./b.ts";
import { C_FAULTS } from "./c.ts";
import { D_FAULTS } from "./d.ts";
import { E_FAULTS } from "./e.ts";
import { WIRE_FAULTS } from "./wire.ts";

const FAULTS: readonly Fault[] = [
  ...WIRE_FAULTS,
  ...ANSWER_FAULTS,
  ...CALL_FORM_FAULTS,
  ...A_FAULTS,
  ...B_FAULTS,
  ...C_FAULTS,
  ...D_FAULTS,
  ...E_FAULTS,
];

/** All names, for tests that go through every fault. */
export const FAULT_NAMES: readonly string[] = FAULTS.map(({ name }) => name);

/** The fault of a name, `context_cut_N` with any number; a wrong name is a mistake in a test. */
export function faultByName(name: string): Fault {
  const [, cut] = /^context_cut_(\d+)$/.exec(name) ?? [];
  const fault = cut === undefined
    ? FAULTS.find((one) => one.name === name)
    : contextCutAt(Number(cut));
  if (fault === undefined) throw new TypeError(`No fault "${name}"`);
  return fault;
}
