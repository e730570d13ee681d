import type { JsonSchema } from "../../../../lib/models/mod.ts";

/** What values are taken from. */
interface Source {
  /** The user's words. */
  readonly text: string;
  /** Name of the property that is being filled. */
  readonly property: string;
  /** Which of several equal calls this is. */
  readonly turn: number;
}

/** A value of this schema, filled with what the text offers; always valid. */
export function fillSchema(schema: JsonSchema, text: string, turn = 0): unknown {
  return fill(schema, { text, property: "", turn });
}

function fill(schema: JsonSchema, source: Source): unknown {
  if ("const" in schema) return schema["const"];
  const options = (schema["anyOf"] ?? schema["oneOf"]) as JsonSchema[] | undefined;
  if (options !== undefined) {
    const wanted = saysNull(source)
      ? options.find((option) => option["type"] === "null")
      : undefined;
    return fill(wanted ?? options.find((option) => option["type"] !== "null") ?? {}, source);
  }
  if (Array.isArray(schema["enum"])) return fillEnum(schema["enum"], source.text);
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  if (types.includes("null") && saysNull(source)) return null;
  switch (types.find((type) => type !== "null")) {
    case "object":
      return fillObject(schema, source);
    case "array":
      return fillArray(schema, source);
    case "integer":
      return Math.round(fillNumber(schema, source));
    case "number":
      return fillNumber(schema, source);
    case "boolean":
      return !new RegExp(`${source.property}\\W+(?:is |to |=)?\\W*(false|no|off)`, "i").test(
        source.text,
      );
    default:
      return fillText(source);
  }
}

function saysNull({ text, property }: Source): boolean {
  return new RegExp(`${property}\\W+(?:is |to |=)?\\W*(null|none|nothing)\\b`, "i").test(text) ||
    new RegExp(`\\bno ${property}\\b`, "i").test(text);
}

function fillEnum(values: readonly unknown[], text: string): unknown {
  const named = values.find((value) =>
    typeof value === "string" && text.toLowerCase().includes(value.toLowerCase())
  );
  return named ?? values[0];
}

function fillObject(schema: JsonSchema, source: Source): unknown {
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const required = (schema["required"] ?? Object.keys(properties)) as readonly string[];
  const named = (name: string) => new RegExp(`\\b${name}\\b`, "i").test(source.text);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name) || named(name))
      .map(([name, property]) => [name, fill(property, { ...source, property: name })]),
  );
}

function fillArray(schema: JsonSchema, source: Source): unknown[] {
  const least = Number(schema["minItems"] ?? 1);
  const items = (schema["items"] ?? { type: "string" }) as JsonSchema;
  return Array.from({ length: Math.max(1, least) }, () => fill(items, source));
}

function fillNumber(schema: JsonSchema, { text, property }: Source): number {
  const near = new RegExp(`\\b${property}\\b\\D{0,20}?(-?\\d+(?:\\.\\d+)?)`, "i").exec(text)?.[1];
  const any = /-?\d+(?:\.\d+)?/.exec(text)?.[0];
  const value = Number(near ?? any ?? schema["minimum"] ?? 1);
  const least = Number(schema["minimum"] ?? Number.NEGATIVE_INFINITY);
  const most = Number(schema["maximum"] ?? Number.POSITIVE_INFINITY);
  return Math.min(most, Math.max(least, value));
}

/** Names of places, files, or what is quoted; else the property's own name. */
function fillText({ text, property, turn }: Source): string {
  if (/city|location|place|town/.test(property)) return citiesIn(text)[turn] ?? "Oslo";
  if (/content|text|snippet|code|body/.test(property)) {
    const exact = /exactly[^:\n]*:\s*([\s\S]+)$/i.exec(text)?.[1];
    if (exact !== undefined) return exact.trimEnd();
  }
  if (/path|file|name|dir/.test(property)) {
    const path = /[\w./-]+\.\w{1,4}\b/.exec(text)?.[0];
    if (path !== undefined) return path;
  }
  const said = new RegExp(`\\b${property}\\b\\W+(?:is |to |=)?\\W*["'\`]?([\\w.-]+)`, "i").exec(
    text,
  );
  return said?.[1] ?? /["'`]([^"'`]+)["'`]/.exec(text)?.[1] ?? (property || "text");
}

/** Capitalised names after "in", "for" or "and". */
export function citiesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:in|for|of|and)\s+([A-Z][a-z]+)|,\s*([A-Z][a-z]+)/g)]
    .map((match) => match[1] ?? match[2] ?? "");
}
