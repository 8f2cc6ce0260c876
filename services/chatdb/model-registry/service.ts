import { createLogger, type Logger } from "@platform/kit/log.ts";
import { migrate } from "@platform/kit/database.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import { addArtifactRoutes } from "./artifact-routes.ts";
import { createArtifactStore } from "./artifact-store.ts";
import { startGarbageCollection } from "./garbage-collection.ts";
import { addDatasetRoutes } from "./dataset-routes.ts";
import { addImportRoutes } from "./import-routes.ts";
import { addModelRoutes } from "./model-routes.ts";
import { createModelStore } from "./model-store.ts";
import { migrations } from "./migrations.ts";
import type { RegistryTables } from "./tables.ts";
import { addStageRoutes } from "./stage-routes.ts";
import { createStageStore } from "./stage-store.ts";

export interface Deps {
  db: Kysely<RegistryTables>;
  objects: ObjectStore;
  buckets: { models: string; datasets: string };
  /** Upper limit of one artifact, bytes. Default 256 MiB. */
  maxArtifactBytes?: number;
  /** Upper limit of one dataset, bytes. Default 5 GiB. */
  maxDatasetBytes?: number;
  /** Time for which an unreferenced artifact is kept, seconds. Default 3600. */
  artifactGraceS?: number | undefined;
  log?: Logger;
}

const MiB = 2 ** 20;

/** Stores models and datasets: metadata in PostgreSQL, bytes in the object store. */
export async function createService(deps: Deps): Promise<FastifyInstance> {
  const {
    db,
    objects,
    buckets,
    maxArtifactBytes = 256 * MiB,
    maxDatasetBytes = 5 * 1024 * MiB,
    artifactGraceS = 3600,
    log = createLogger("model-registry"),
  } = deps;
  await migrate(db, migrations);
  const app = createServer({
    name: "model-registry",
    description: "Stores immutable versions of models, and the datasets they are trained on.",
    log,
    checks: { database: () => sql`select 1`.execute(db), objectStore: () => objects.ping() },
  });
  // Uploads are streamed, so Fastify must not parse them.
  for (const type of ["application/octet-stream", "text/csv"]) {
    app.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
  }
  const artifacts = createArtifactStore({ db, objects, bucket: buckets.models, graceS: artifactGraceS });
  const models = createModelStore(db, artifacts.has);
  const garbageCollection = startGarbageCollection({ db, artifacts, log });
  app.addHook("preClose", () => garbageCollection.stop());
  addModelRoutes(app, models);
  addArtifactRoutes(app, { models, artifacts, garbageCollection, maxArtifactBytes });
  addImportRoutes(app, { models, artifacts });
  addStageRoutes(app, models, createStageStore(db));
  addDatasetRoutes(app, { objects, bucket: buckets.datasets, maxDatasetBytes });
  return app;
}
