import type { ServerKind } from "../models/mod.ts";

/**
 * Fixes are tables: one line per kind of server, so that what is printed can be pasted for that
 * very server. The tables live in `fixes/<topic>.ts`, the commands they are made of in
 * `fixes/commands.ts`.
 */

/** The server and the model that a line of fix is for. */
export interface FixTarget {
  readonly kind: ServerKind;
  /** E.g. `http://127.0.0.1:11434`; empty for builtin. */
  readonly baseUrl: string;
  /** The model's name on the server. */
  readonly model: string;
}

/** A line, or what makes it. */
export type FixLine<P> = string | ((target: FixTarget, params: P) => string);

/** A line for every kind of server. `P`: the values that go into it. */
export type FixTable<P = undefined> = Readonly<Record<ServerKind, FixLine<P>>>;

/** The part of a probe's context that a fix needs. */
export interface FixContext {
  readonly server: { readonly kind: ServerKind; readonly baseUrl: string };
  readonly model: string;
}

/** The line of a table for the server and model of a run, with its values if it takes any. */
export function fixFor<P = undefined>(
  context: FixContext,
  table: FixTable<P>,
  ...[params]: P extends undefined ? [] : [P]
): string {
  const { kind, baseUrl } = context.server;
  const line = table[kind];
  return typeof line === "string"
    ? line
    : line({ kind, baseUrl, model: context.model }, params as P);
}
