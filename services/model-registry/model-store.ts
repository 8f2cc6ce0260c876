import type { ModelRegistration, ModelVersion, VersionReference } from "@chatdb/contracts/models.ts";
import type { Kysely, Selectable } from "kysely";
import type { RegistryTables } from "./schema.ts";

/** Models and their versions, as PostgreSQL has them. */
export interface ModelStore {
  /** Makes the next version of a model; the version that the job made before where there is one. */
  register(registration: ModelRegistration, bytes: number): Promise<{ version: ModelVersion; created: boolean }>;
  find(name: string, version: VersionReference): Promise<ModelVersion | undefined>;
  /** Newest first, of one job if given; undefined for an unknown model. */
  versions(name: string, filter: { job_id?: string | undefined; limit: number }): Promise<ModelVersion[] | undefined>;
  /** Each model whose name begins so with its latest version, by name. */
  latest(filter: { prefix: string; limit: number }): Promise<ModelVersion[]>;
}

export function createModelStore(db: Kysely<RegistryTables>): ModelStore {
  return {
    register: (registration, bytes) =>
      db.transaction().execute(async (transaction) => {
        const { name, job_id, sha256, format, metrics, lineage } = registration;
        await transaction.insertInto("models").values({ name }).onConflict((conflict) => conflict.doNothing()).execute();
        // Registrations of one model queue up here: each sees the versions of those before it.
        await transaction.selectFrom("models").select("name").where("name", "=", name).forUpdate().execute();
        const versions = transaction.selectFrom("model_versions").where("model_name", "=", name);
        const known = await versions.selectAll().where("job_id", "=", job_id).executeTakeFirst();
        if (known) return { version: toVersion(known), created: false };
        const { last } = await versions.select((select) => select.fn.max("version").as("last")).executeTakeFirstOrThrow();
        const row = await transaction
          .insertInto("model_versions")
          .values({
            model_name: name,
            version: (last ?? 0) + 1,
            job_id,
            sha256,
            bytes,
            format,
            metrics: JSON.stringify(metrics),
            lineage: lineage ? JSON.stringify(lineage) : null,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return { version: toVersion(row), created: true };
      }),

    async find(name, version) {
      const rows = db.selectFrom("model_versions").selectAll().where("model_name", "=", name);
      const row = await (typeof version === "string" ? rows.orderBy("version", "desc").limit(1) : rows.where("version", "=", version)).executeTakeFirst();
      return row && toVersion(row);
    },

    async versions(name, { job_id, limit }) {
      const model = await db.selectFrom("models").select("name").where("name", "=", name).executeTakeFirst();
      if (!model) return undefined;
      let rows = db.selectFrom("model_versions").selectAll().where("model_name", "=", name);
      if (job_id !== undefined) rows = rows.where("job_id", "=", job_id);
      return (await rows.orderBy("version", "desc").limit(limit).execute()).map(toVersion);
    },

    async latest({ prefix, limit }) {
      const rows = await db
        .selectFrom("model_versions")
        .distinctOn("model_name")
        .selectAll()
        .where((where) => where.fn("starts_with", ["model_name", where.val(prefix)]), "=", true)
        .orderBy("model_name")
        .orderBy("version", "desc")
        .limit(limit)
        .execute();
      return rows.map(toVersion);
    },
  };
}

function toVersion(row: Selectable<RegistryTables["model_versions"]>): ModelVersion {
  const { model_name, lineage, created_at, ...same } = row;
  return { name: model_name, stage: "none", ...same, ...(lineage && { lineage }), created_at: created_at.toISOString() };
}
