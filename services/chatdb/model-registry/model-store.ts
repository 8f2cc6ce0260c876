import type { ImportedModel, ModelRegistration, ModelVersion, VersionReference } from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { RegistryTables } from "./tables.ts";

/** A model in a list. Stages without a version are absent. */
export interface ModelSummary {
  name: string;
  latest_version: number;
  production_version?: number;
  staging_version?: number;
  updated_at: string;
}

type Registration = ModelRegistration & { imported?: ImportedModel };

/** The models and versions in PostgreSQL. */
export interface ModelStore {
  /**
   * Registers the next version of a model, or returns the version that the job has registered before. Throws a Problem
   * (409) if its bytes are missing.
   */
  register(registration: Registration): Promise<{ version: ModelVersion; created: boolean }>;
  /** Finds a version. Throws a Problem (404) that names the missing model or version. */
  find(name: string, version: VersionReference): Promise<ModelVersion>;
  /** Lists versions, newest first, of one job if given; undefined for an unknown model. */
  versions(name: string, filter: { job_id?: string | undefined; limit: number }): Promise<ModelVersion[] | undefined>;
  /** Lists the models with a prefix of their names, by name. */
  list(filter: { prefix: string; limit: number }): Promise<ModelSummary[]>;
  /** Returns the object key of a version's bytes. */
  artifactKey(version: ModelVersion): Promise<string>;
}

/** @param exists decides whether the object store has a key */
export function createModelStore(db: Kysely<RegistryTables>, exists: (key: string) => Promise<boolean>): ModelStore {
  return {
    register: (registration) => db.transaction().execute((transaction) => register(transaction, registration, exists)),

    async find(name, version) {
      const rows = db.selectFrom("model_versions").selectAll().where("model_name", "=", name);
      const row = await (version === "latest"
        ? rows.orderBy("version", "desc").limit(1)
        : typeof version === "string"
          ? rows.where("stage", "=", version)
          : rows.where("version", "=", version)
      ).executeTakeFirst();
      if (row) return toVersion(row);
      if (typeof version === "number")
        throw new Problem(chatdbProblems.modelNotFound, `There is no version ${version} of a model named "${name}".`);
      const model =
        version !== "latest" &&
        (await db.selectFrom("models").select("name").where("name", "=", name).executeTakeFirst());
      throw new Problem(
        chatdbProblems.modelNotFound,
        model ? `No version of "${name}" is in ${version}.` : `There is no model named "${name}".`,
      );
    },

    async versions(name, { job_id, limit }) {
      const model = await db.selectFrom("models").select("name").where("name", "=", name).executeTakeFirst();
      if (!model) return undefined;
      let rows = db.selectFrom("model_versions").selectAll().where("model_name", "=", name);
      if (job_id !== undefined) rows = rows.where("job_id", "=", job_id);
      return (await rows.orderBy("version", "desc").limit(limit).execute()).map(toVersion);
    },

    list: (filter) => list(db, filter),

    async artifactKey({ name, version }) {
      const row = await db
        .selectFrom("model_versions")
        .select("artifact_key")
        .where("model_name", "=", name)
        .where("version", "=", version)
        .executeTakeFirstOrThrow();
      return row.artifact_key;
    },
  };
}

async function register(
  transaction: Transaction<RegistryTables>,
  registration: Registration,
  exists: (key: string) => Promise<boolean>,
): Promise<{ version: ModelVersion; created: boolean }> {
  const { name, job_id, sha256, format, metrics, evaluation, lineage, imported } = registration;
  await transaction
    .insertInto("models")
    .values({ name })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Serialised, so that each registration sees the versions before it.
  await lockModel(transaction, name);
  const versions = transaction.selectFrom("model_versions").where("model_name", "=", name);
  const known = await versions.selectAll().where("job_id", "=", job_id).executeTakeFirst();
  if (known) return { version: toVersion(known), created: false };
  const artifact = await lockArtifact(transaction, name, sha256, exists);
  const { last } = await versions.select((select) => select.fn.max("version").as("last")).executeTakeFirstOrThrow();
  const row = await transaction
    .insertInto("model_versions")
    .values({
      model_name: name,
      version: (last ?? 0) + 1,
      job_id,
      sha256,
      ...artifact,
      format,
      metrics: JSON.stringify(metrics),
      evaluation: evaluation ? JSON.stringify(evaluation) : null,
      lineage: lineage ? JSON.stringify(lineage) : null,
      imported: imported ? JSON.stringify(imported) : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { version: toVersion(row), created: true };
}

async function list(
  db: Kysely<RegistryTables>,
  { prefix, limit }: { prefix: string; limit: number },
): Promise<ModelSummary[]> {
  const rows = await db
    .selectFrom("model_versions")
    .select(({ fn }) => [
      "model_name",
      fn.max("version").as("latest"),
      fn.max("version").filterWhere("stage", "=", "production").as("production"),
      fn.max("version").filterWhere("stage", "=", "staging").as("staging"),
      fn.max("created_at").as("updated_at"),
    ])
    .where((where) => where.fn("starts_with", ["model_name", where.val(prefix)]), "=", true)
    .groupBy("model_name")
    .orderBy("model_name")
    .limit(limit)
    .execute();
  return rows.map(({ model_name, latest, production, staging, updated_at }) => ({
    name: model_name,
    latest_version: latest,
    ...((production as number | null) !== null && { production_version: production }),
    ...((staging as number | null) !== null && { staging_version: staging }),
    updated_at: updated_at.toISOString(),
  }));
}

/**
 * Locks a model until the transaction ends, so that changes to it are serialised. Returns false for an unknown model.
 */
export async function lockModel(transaction: Transaction<RegistryTables>, name: string): Promise<boolean> {
  const row = await transaction
    .selectFrom("models")
    .select("name")
    .where("name", "=", name)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Finds the newest object with the digest and locks its row, so that no collection deletes it before the transaction
 * ends. Its existence is verified, since a database restored from a backup may have rows of objects that were collected
 * since.
 */
async function lockArtifact(
  transaction: Transaction<RegistryTables>,
  name: string,
  sha256: string,
  exists: (key: string) => Promise<boolean>,
) {
  const rows = await transaction
    .selectFrom("artifacts")
    .select(["key", "bytes"])
    .where("model_name", "=", name)
    .where("sha256", "=", sha256)
    .where("stored_at", "is not", null)
    .orderBy("stored_at", "desc")
    .forKeyShare()
    .execute();
  for (const { key, bytes } of rows) if (await exists(key)) return { artifact_key: key, bytes: bytes! };
  throw new Problem(
    chatdbProblems.artifactMissing,
    `The bytes are not here yet: put them to /models/${name}/artifacts/${sha256}, then register them.`,
  );
}

export function toVersion(row: Selectable<RegistryTables["model_versions"]>): ModelVersion {
  const {
    model_name,
    version,
    stage,
    job_id,
    sha256,
    bytes,
    format,
    metrics,
    evaluation,
    lineage,
    imported,
    created_at,
  } = row;
  const common = { name: model_name, version, stage, job_id, sha256, bytes, format, metrics };
  return {
    ...common,
    ...(evaluation && { evaluation }),
    ...(lineage && { lineage }),
    ...(imported && { imported }),
    created_at: created_at.toISOString(),
  };
}
