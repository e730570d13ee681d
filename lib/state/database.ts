import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { sqliteError } from "./errors.ts";

/** A row as SQLite gives it, before its schema has looked at it. */
export type Row = Record<string, unknown>;

/** One open file; statements are prepared once, and SQLite's errors become sentences. */
export interface Database {
  /** Path of the file. */
  readonly path: string;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /** Runs one statement outside of any transaction but its own; returns the rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** Runs several statements that take no values. */
  exec(sql: string): void;
  /**
   * Runs `body` in a `BEGIN IMMEDIATE` transaction and commits, or rolls back when it throws.
   * Immediate, because a deferred one that reads first and writes later is refused at once with
   * "database is locked" when somebody wrote in between, however long the timeout is.
   */
  write<T>(body: () => T): T;
  readonly raw: DatabaseSync;
  close(): void;
}

/** Wraps an open SQLite file. */
export function wrapDatabase(raw: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>();
  const guard = <T>(body: () => T): T => {
    try {
      return body();
    } catch (error) {
      throw sqliteError(error, path);
    }
  };
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, statement = raw.prepare(sql));
    return statement;
  };
  return {
    path,
    raw,
    all: (sql, ...values) => guard(() => prepare(sql).all(...values)),
    get: (sql, ...values) => guard(() => prepare(sql).get(...values)),
    run: (sql, ...values) => guard(() => Number(prepare(sql).run(...values).changes)),
    exec: (sql) => guard(() => raw.exec(sql)),
    write(body) {
      guard(() => raw.exec("BEGIN IMMEDIATE"));
      try {
        const value = body();
        guard(() => raw.exec("COMMIT"));
        return value;
      } catch (error) {
        // SQLite itself has already rolled back after some errors, a full disk for one.
        if (raw.isTransaction) guard(() => raw.exec("ROLLBACK"));
        throw error;
      }
    },
    close: () => raw.close(),
  };
}
