import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@platform/kit/database.ts";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import { createLogger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import type { RegistryTables } from "@chatdb/model-registry/tables.ts";
import { createService, type Deps } from "@chatdb/model-registry/service.ts";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import type { Kysely } from "kysely";
import type pg from "pg";

export const digest = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");
export const detailOf = (answer: LightMyRequestResponse) => answer.json<{ detail: string }>().detail;

export interface TestRegistry {
  app: FastifyInstance;
  db: Kysely<RegistryTables>;
  /** The object store that `objects` wraps. */
  objects: ObjectStore;
  put: (name: string, bytes: string) => Promise<LightMyRequestResponse>;
  register: (name: string, bytes: string, job?: string, more?: object) => Promise<LightMyRequestResponse>;
  get: (url: string) => Promise<LightMyRequestResponse>;
  post: (url: string, payload?: object, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export interface TestRegistryOptions
  extends Partial<Pick<Deps, "artifactGraceS" | "maxArtifactBytes" | "maxDatasetBytes">> {
  /** Wraps the object store. */
  objects?: (real: ObjectStore) => ObjectStore;
}

/** Starts a registry on a database, which it closes, and a folder as object store. */
export async function startRegistry(
  pool: pg.Pool,
  { objects: around = (real) => real, ...options }: TestRegistryOptions = {},
): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "registry-"));
  const objects = createDirectoryObjectStore(folder);
  const db = openDatabase<RegistryTables>(pool);
  const buckets = { models: "models", datasets: "datasets" };
  const app = await createService({
    db,
    objects: around(objects),
    buckets,
    ...options,
    log: createLogger("model-registry", "silent"),
  });
  return {
    app,
    db,
    objects,
    put: (name, bytes) =>
      app.inject({
        method: "PUT",
        url: `/models/${name}/artifacts/${digest(bytes)}`,
        headers: { "content-type": "application/octet-stream" },
        payload: bytes,
      }),
    register: (name, bytes, job_id = randomUUID(), more = {}) =>
      app.inject({
        method: "POST",
        url: "/models",
        payload: { name, job_id, sha256: digest(bytes), format: "chatdb-model/1", ...more },
      }),
    get: (url) => app.inject({ method: "GET", url }),
    post: (url, payload, headers = {}) => app.inject({ method: "POST", url, headers, ...(payload && { payload }) }),
    close: async () => {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}
