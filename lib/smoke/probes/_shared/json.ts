/** The value of a JSON text; undefined when it is none (JSON itself has no undefined). */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object of a JSON text; empty when it is no object. */
export function objectOf(text: string): Readonly<Record<string, unknown>> {
  const value = jsonOf(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}
