import type { OwllmError } from "./error.ts";

/** The outcome of something that may fail for reasons outside the program. */
export type Result<T, E = OwllmError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** A success. */
export function ok<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

/** A failure. */
export function err<E>(error: E): Result<never, E> {
  return { ok: false, error };
}

/** The value of a success; throws the error of a failure. */
export function unwrap<T>(result: Result<T, Error>): T {
  if (result.ok) return result.value;
  throw result.error;
}

/** Closes a `switch` over a union: a new member becomes a type error here. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected value: ${JSON.stringify(value)}`);
}
