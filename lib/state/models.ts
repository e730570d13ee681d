import { z } from "zod";
import type { Clock } from "../core/mod.ts";
import type { Database, Row } from "./database.ts";
import type { ModelRecord, ModelsTable } from "./records.ts";
import { flag, json, parseRow, toJson } from "./rows.ts";

const ModelRow = z.strictObject({
  id: z.string(),
  kind: z.string(),
  base_url: z.string(),
  name: z.string(),
  gguf_path: z.string().nullable(),
  base_model: z.string().nullable(),
  model_type: z.enum(["instruct", "base"]).nullable(),
  port_hint: z.number().nullable(),
  use_4bit: flag.nullable(),
  adapter_dir: z.string().nullable(),
  system_prompt: z.string().nullable(),
  context_tokens: z.number().nullable(),
  source: z.enum(["added", "seen", "imported", "pulled"]),
  created_at: z.string(),
  profile: json.nullable(),
  profile_at: z.string().nullable(),
}).transform((row): ModelRecord => ({
  id: row.id,
  kind: row.kind,
  baseUrl: row.base_url,
  name: row.name,
  ggufPath: row.gguf_path,
  baseModel: row.base_model,
  modelType: row.model_type,
  portHint: row.port_hint,
  use4bit: row.use_4bit,
  adapterDir: row.adapter_dir,
  systemPrompt: row.system_prompt,
  contextTokens: row.context_tokens,
  source: row.source,
  createdAt: row.created_at,
  profile: row.profile,
  profileAt: row.profile_at,
}));

const UPSERT = `
  INSERT INTO models (id, kind, base_url, name, gguf_path, base_model, model_type, port_hint,
    use_4bit, adapter_dir, system_prompt, context_tokens, source, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    kind = excluded.kind, base_url = excluded.base_url, name = excluded.name,
    gguf_path = excluded.gguf_path, base_model = excluded.base_model,
    model_type = excluded.model_type, port_hint = excluded.port_hint,
    use_4bit = excluded.use_4bit, adapter_dir = excluded.adapter_dir,
    system_prompt = excluded.system_prompt, context_tokens = excluded.context_tokens,
    source = excluded.source
  WHERE excluded.source <> 'seen' OR models.source = 'seen'
  `;

/** The registry of models in an open file. */
export function createModelsTable(db: Database, clock: Clock): ModelsTable {
  const read = (row: Row) => parseRow(ModelRow, row, db.path, "models");
  const find = (id: string) => {
    const row = db.get("SELECT * FROM models WHERE id = ?", id);
    return row === undefined ? undefined : read(row);
  };
  return {
    upsert(model) {
      return db.write(() => {
        db.run(
          UPSERT,
          model.id,
          model.kind,
          model.baseUrl,
          model.name,
          model.ggufPath ?? null,
          model.baseModel ?? null,
          model.modelType ?? null,
          model.portHint ?? null,
          model.use4bit === undefined || model.use4bit === null ? null : Number(model.use4bit),
          model.adapterDir ?? null,
          model.systemPrompt ?? null,
          model.contextTokens ?? null,
          model.source,
          clock.now().toISOString(),
        );
        return read(db.get("SELECT * FROM models WHERE id = ?", model.id) ?? {});
      });
    },
    get: find,
    list: () => db.all("SELECT * FROM models ORDER BY id").map(read),
    remove: (id) => db.write(() => db.run("DELETE FROM models WHERE id = ?", id)) > 0,
    saveProfile(id, profile) {
      const now = clock.now().toISOString();
      const sql = "UPDATE models SET profile = ?, profile_at = ? WHERE id = ?";
      return db.write(() => db.run(sql, toJson(profile), now, id)) > 0;
    },
  };
}
