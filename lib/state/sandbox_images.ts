import { z } from "zod";
import type { Clock } from "../core/mod.ts";
import type { Database, Row } from "./database.ts";
import type { SandboxImageRecord, SandboxImagesTable } from "./records.ts";
import { json, parseRow } from "./rows.ts";

/** Step of the migrations: the images that were built for the sandbox. */
export const SANDBOX_IMAGES_SCHEMA = `
  CREATE TABLE sandbox_images (
    digest       TEXT NOT NULL,
    engine       TEXT NOT NULL CHECK (engine IN ('docker', 'podman')),
    architecture TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('host', 'registry')),
    origin       TEXT NOT NULL,
    packages     TEXT NOT NULL CHECK (json_valid(packages)),
    size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
    built_at     TEXT NOT NULL,
    PRIMARY KEY (digest, engine)
  ) STRICT;
`;

const ImageRow = z.strictObject({
  digest: z.string(),
  engine: z.enum(["docker", "podman"]),
  architecture: z.string(),
  source: z.enum(["host", "registry"]),
  origin: z.string(),
  packages: json.pipe(z.array(z.string())),
  size_bytes: z.number(),
  built_at: z.string(),
}).transform((row): SandboxImageRecord => ({
  digest: row.digest,
  engine: row.engine,
  architecture: row.architecture,
  source: row.source,
  origin: row.origin,
  packages: row.packages,
  sizeBytes: row.size_bytes,
  builtAt: row.built_at,
}));

const ADD = `
  INSERT INTO sandbox_images
    (digest, engine, architecture, source, origin, packages, size_bytes, built_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (digest, engine) DO UPDATE SET built_at = excluded.built_at
  RETURNING *
  `;

/** The images of the sandbox, in an open file. */
export function createSandboxImagesTable(db: Database, clock: Clock): SandboxImagesTable {
  const read = (row: Row) => parseRow(ImageRow, row, db.path, "sandbox_images");
  return {
    add({ digest, engine, architecture, source, origin, packages, sizeBytes }) {
      const now = clock.now().toISOString();
      const list = JSON.stringify(packages);
      return db.write(() =>
        read(
          db.get(ADD, digest, engine, architecture, source, origin, list, sizeBytes, now) ?? {},
        )
      );
    },
    newest(engine) {
      const row = db.get(
        "SELECT * FROM sandbox_images WHERE engine = ? ORDER BY built_at DESC, rowid DESC LIMIT 1",
        engine,
      );
      return row === undefined ? undefined : read(row);
    },
    keepOnly: (engine, digest) =>
      db.write(() =>
        db.run("DELETE FROM sandbox_images WHERE engine = ? AND digest <> ?", engine, digest)
      ),
  };
}
