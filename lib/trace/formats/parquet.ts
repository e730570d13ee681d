import { parquetReadObjects, type SchemaElement } from "hyparquet";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import type { TracesTable } from "../../state/mod.ts";
import { type ArchivedTrace, assembleSession, readArchived } from "./archive.ts";
import { checked, damagedFile, parsedJson } from "./damaged.ts";
import {
  type Cell,
  type Columns,
  type Row,
  type TableName,
  TableRows,
  TABLES,
} from "./parquet_tables.ts";
import { EventSchema, HeadSchema, MessageSchema, SpanSchema, StepSchema } from "./schemas.ts";

/** The views that the old users' queries start from, over the files beside. */
const VIEWS = `CREATE VIEW session_summary AS
SELECT s.session_id, s.created_at, s.num_timesteps, s.num_events, s.num_messages,
  e.experiment_id, e.name AS experiment_name,
  COUNT(DISTINCT ev.model_name) AS unique_models_used,
  SUM(CASE WHEN ev.event_type = 'cais' THEN ev.cost_usd ELSE 0 END) / 100.0 AS total_cost_usd
FROM session_traces s
LEFT JOIN experiments e ON s.experiment_id = e.experiment_id
LEFT JOIN events ev ON s.session_id = ev.session_id
GROUP BY ALL;
CREATE VIEW model_usage_stats AS
SELECT model_name, provider, COUNT(*) AS usage_count, SUM(input_tokens) AS total_input_tokens,
  SUM(output_tokens) AS total_output_tokens, SUM(total_tokens) AS total_tokens,
  SUM(cost_usd) / 100.0 AS total_cost_usd, AVG(latency_ms) AS avg_latency_ms,
  MIN(created_at) AS first_used, MAX(created_at) AS last_used
FROM events WHERE event_type = 'cais' AND model_name IS NOT NULL
GROUP BY model_name, provider;
`;

/** A file of an export. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Sessions as one Parquet file for each table of the old schema, and the SQL that opens them. */
export function parquetFiles(traces: TracesTable, ids: readonly string[]): ExportedFile[] {
  const tables = new TableRows();
  for (const id of ids) {
    const trace = readArchived(traces, id);
    if (trace !== undefined) tables.add(trace);
  }
  const names = Object.keys(TABLES) as TableName[];
  const files = names.map((name) => ({
    name: `${name}.parquet`,
    bytes: parquetOf(TABLES[name], tables.rows[name]),
  }));
  const sql = names.map((name) => `CREATE VIEW ${name} AS SELECT * FROM '${name}.parquet';\n`);
  return [...files, { name: "views.sql", bytes: new TextEncoder().encode(sql.join("") + VIEWS) }];
}

function parquetOf(columns: Columns, rows: readonly Row[]): Uint8Array {
  const writer = new ByteWriter();
  const entries = Object.entries(columns);
  parquetWrite({
    writer,
    schema: [
      { name: "root", num_children: entries.length },
      ...entries.map(([name, type]): SchemaElement => ({
        name,
        repetition_type: "OPTIONAL",
        ...ELEMENTS[type],
      })),
    ],
    columnData: entries.map(([name]) => ({ name, data: rows.map((row) => cell(row[name])) })),
  });
  return writer.getBytes();
}

/** Times are without a zone, in UTC, as the old databases had them. */
const ELEMENTS: Readonly<Record<Columns[string], Omit<SchemaElement, "name">>> = {
  INT64: { type: "INT64" },
  DOUBLE: { type: "DOUBLE" },
  BOOLEAN: { type: "BOOLEAN" },
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  TIMESTAMP: {
    type: "INT64",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" },
  },
};

/** Half a surrogate pair has no UTF-8; the record beside it keeps it. */
function cell(value: Cell | undefined): Cell {
  return typeof value === "string" ? value.toWellFormed() : value ?? null;
}

/** The sessions of a directory that {@linkcode parquetFiles} filled. */
export async function* parquetTraces(dir: string, shownAs: string): AsyncGenerator<ArchivedTrace> {
  const read = async (table: TableName) => {
    const place = { file: `${shownAs}/${table}.parquet` };
    let rows: Record<string, unknown>[];
    try {
      const file = (await Deno.readFile(`${dir}/${table}.parquet`)).buffer;
      rows = await parquetReadObjects({ file, columns: ["session_id", "owllm_record"] });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw damagedFile(place, `a Parquet file of owllm's: ${error.message}`);
    }
    return Map.groupBy(
      rows.map(({ session_id, owllm_record }) => ({
        id: String(session_id),
        value: parsedJson(String(owllm_record), place, "owllm_record"),
        place,
      })),
      ({ id }) => id,
    );
  };
  const sessions = await read("session_traces");
  const [steps, events, messages, spans] = [
    await read("session_timesteps"),
    await read("events"),
    await read("messages"),
    await read("owllm_spans"),
  ];
  for (const [id, [first]] of sessions) {
    if (first === undefined) continue;
    const { pinned, ...fields } = first.value as Record<string, unknown>;
    const head = checked(HeadSchema, fields, first.place, "a session");
    yield {
      session: assembleSession({
        ...head,
        steps: (steps.get(id) ?? []).map(({ value, place }) =>
          checked(StepSchema, value, place, "a step")
        ),
        events: (events.get(id) ?? []).map(({ value, place }) =>
          checked(EventSchema, value, place, "an event")
        ),
        messages: (messages.get(id) ?? []).map(({ value, place }) =>
          checked(MessageSchema, value, place, "a message")
        ),
      }),
      pinned: pinned === true,
      spans: (spans.get(id) ?? []).map(({ value, place }) =>
        checked(SpanSchema, value, place, "a span")
      ),
    };
  }
}
