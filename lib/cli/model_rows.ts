import { formatBytes } from "../core/mod.ts";
import type { Discovery, ListedModel } from "../models/mod.ts";
import type { SmokeRunStatus } from "../state/mod.ts";
import type { LineOptions } from "./probe_lines.ts";
import { tableLines } from "./table.ts";
import { printable, wrap } from "./text_width.ts";

/** A model of the list with what the last smoke of it said. */
export interface ModelRow extends ListedModel {
  readonly lastSmoke: SmokeRunStatus | undefined;
}

const COLUMNS = [
  { title: "ID" },
  { title: "WHERE" },
  { title: "SIZE", align: "right" },
  { title: "QUANT" },
  { title: "CONTEXT", align: "right" },
  { title: "FROM" },
  { title: "SMOKE" },
] as const;

/** `owllm models list` as lines: the table, then which servers were looked at. Pure. */
export function modelListLines(
  rows: readonly ModelRow[],
  { offers, missed }: Discovery,
  options: LineOptions,
): string[] {
  const { style, columns } = options;
  const table = tableLines(COLUMNS, rows.map(cellsOf), options);
  const servers = offers.map(({ server, models }) => {
    const { kind, version = "", baseUrl } = server;
    const count = `${models.length} ${models.length === 1 ? "model" : "models"}`;
    return `${style.green("✓")} ${printable(`${kind} ${version}`)} at ${baseUrl}, ${count}`;
  });
  const silent = missed.filter(({ error }) => error.code !== "protocol")
    .map(({ address }) => hostOf(address));
  const strange = missed.filter(({ error }) => error.code === "protocol")
    .flatMap(({ error }) => wrap(printable(error.message), columns - 2))
    .map((line) => `! ${line}`);
  const none = silent.length === 0 ? [] : wrap(`Nobody answers at ${silent.join(", ")}`, columns);
  return [...table, "", ...servers, ...strange, ...none.map(style.dim)];
}

function cellsOf(row: ModelRow): string[] {
  return [
    printable(row.id),
    whereOf(row),
    row.sizeBytes === undefined ? "" : formatBytes(row.sizeBytes),
    row.quantization === undefined ? "" : printable(row.quantization),
    row.contextTokens === undefined ? "" : row.contextTokens.toLocaleString("en-US"),
    row.origin,
    row.lastSmoke ?? "",
  ];
}

function whereOf({ id, gguf, kind, baseUrl, name = id, available, origin }: ModelRow): string {
  const missing = origin === "builtin" ? "(no weights yet)" : "(not there)";
  const host = baseUrl === undefined ? "" : hostOf(baseUrl);
  const where = gguf === undefined ? [kind, host] : ["builtin"];
  const short = printable(name.replace(/:latest$/, ""));
  const alias = gguf !== undefined || id.endsWith(short) ? "" : `as ${short}`;
  return [...where, alias, available ? "" : missing].filter(Boolean).join(" ");
}

/** `:11434` on this machine, `host:port` elsewhere. */
function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/^(127\.0\.0\.1|localhost|\[::1\])(?=:)/, "");
}
