import type { ModelVersion, Stage, StageHistory } from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { Kysely, Transaction } from "kysely";
import { queueUp, toVersion } from "./model-store.ts";
import type { RegistryTables } from "./schema.ts";

/** Where versions stand, and how they came there. Changes to one model happen one after another; of those at once the last holds. */
export interface StageStore {
  /** Puts a version into a stage; who was in staging or production before it is archived. Throws a Problem (404) for an unknown one. */
  change(name: string, version: number, to: Stage, by: string | undefined): Promise<ModelVersion>;
  /** Brings back who was in production before the present version. Throws a Problem: 404 for an unknown model, 409 where there is nobody. */
  rollBack(name: string, by: string | undefined): Promise<ModelVersion>;
  /** Newest first; undefined for an unknown model. */
  history(name: string, limit: number): Promise<StageHistory["changes"] | undefined>;
}

interface Move {
  name: string;
  version: number;
  to: Stage;
  rollback: boolean;
  by: string | undefined;
}

export function createStageStore(db: Kysely<RegistryTables>): StageStore {
  return {
    change: (name, version, to, by) =>
      db.transaction().execute(async (transaction) => {
        await queueUp(transaction, name);
        return enter(transaction, { name, version, to, rollback: false, by });
      }),

    rollBack: (name, by) =>
      db.transaction().execute(async (transaction) => {
        if (!(await queueUp(transaction, name))) throw unknown(name);
        const present = await transaction
          .selectFrom("model_versions")
          .select("version")
          .where("model_name", "=", name)
          .where("stage", "=", "production")
          .executeTakeFirst();
        if (!present)
          throw new Problem(
            chatdbProblems.noEarlierVersion,
            `No version of "${name}" is in production, so there is none to roll back from.`,
          );
        const entries = await transaction
          .selectFrom("stage_changes")
          .select(["version", "rollback"])
          .where("model_name", "=", name)
          .where("to_stage", "=", "production")
          .orderBy("id")
          .execute();
        const before = productionBefore(entries);
        if (before === undefined)
          throw new Problem(
            chatdbProblems.noEarlierVersion,
            `Before version ${present.version}, no other version of "${name}" was in production.`,
          );
        return enter(transaction, { name, version: before, to: "production", rollback: true, by });
      }),

    async history(name, limit) {
      const model = await db.selectFrom("models").select("name").where("name", "=", name).executeTakeFirst();
      if (!model) return undefined;
      const rows = await db
        .selectFrom("stage_changes")
        .selectAll()
        .where("model_name", "=", name)
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(({ version, from_stage, to_stage, rollback, changed_by, changed_at }) => ({
        version,
        from: from_stage,
        to: to_stage,
        rollback,
        ...(changed_by !== null && { by: changed_by }),
        at: changed_at.toISOString(),
      }));
    },
  };
}

/**
 * The version to roll back to, from all entries into production, oldest first: each lies on top of the one before, and a roll-back
 * takes the top off. So rolling back twice goes two steps back, not to and fro.
 */
export function productionBefore(entries: readonly { version: number; rollback: boolean }[]): number | undefined {
  const pile: number[] = [];
  for (const { version, rollback } of entries) {
    if (rollback) pile.pop();
    else if (pile.at(-1) !== version) pile.push(version);
  }
  return pile.at(-2);
}

async function enter(transaction: Transaction<RegistryTables>, move: Move): Promise<ModelVersion> {
  const { name, version, to } = move;
  const versions = transaction.selectFrom("model_versions").selectAll().where("model_name", "=", name);
  const row = await versions.where("version", "=", version).executeTakeFirst();
  if (!row) throw unknown(name, version);
  if (row.stage === to) return toVersion(row);
  if (to === "production" || to === "staging") {
    const present = await versions.where("stage", "=", to).executeTakeFirst();
    if (present) await write(transaction, { ...move, version: present.version, to: "archived" }, to);
  }
  await write(transaction, move, row.stage);
  return toVersion({ ...row, stage: to });
}

async function write(
  transaction: Transaction<RegistryTables>,
  { name, version, to, rollback, by }: Move,
  from: Stage,
): Promise<void> {
  await transaction
    .updateTable("model_versions")
    .set({ stage: to })
    .where("model_name", "=", name)
    .where("version", "=", version)
    .execute();
  await transaction
    .insertInto("stage_changes")
    .values({ model_name: name, version, from_stage: from, to_stage: to, rollback, changed_by: by ?? null })
    .execute();
}

function unknown(name: string, version?: number): Problem {
  return new Problem(
    chatdbProblems.modelNotFound,
    `There is no ${version === undefined ? "" : `version ${version} of a `}model named "${name}".`,
  );
}
