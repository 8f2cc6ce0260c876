import type { ModelVersion, Stage, StageHistory } from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { Kysely, Transaction } from "kysely";
import { lockModel, toVersion } from "./model-store.ts";
import type { RegistryTables } from "./tables.ts";

/** The stages of versions and their history. Changes to one model are serialised; the last one wins. */
export interface StageStore {
  /**
   * Moves a version to a stage; the former version in staging or production is archived. Throws a Problem (404) for an
   * unknown version.
   */
  change(name: string, version: number, to: Stage, by: string | undefined): Promise<ModelVersion>;
  /**
   * Restores the former production version. Throws a Problem: 404 for an unknown model, 409 if there is no former
   * version.
   */
  rollBack(name: string, by: string | undefined): Promise<ModelVersion>;
  /** Lists changes, newest first; undefined for an unknown model. */
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
        await lockModel(transaction, name);
        return moveToStage(transaction, { name, version, to, rollback: false, by });
      }),

    rollBack: (name, by) =>
      db.transaction().execute(async (transaction) => {
        if (!(await lockModel(transaction, name))) throw unknown(name);
        const current = await transaction
          .selectFrom("model_versions")
          .select("version")
          .where("model_name", "=", name)
          .where("stage", "=", "production")
          .executeTakeFirst();
        if (!current)
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
            `Before version ${current.version}, no other version of "${name}" was in production.`,
          );
        return moveToStage(transaction, { name, version: before, to: "production", rollback: true, by });
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
 * Computes the version to roll back to from all moves to production, oldest first. Moves form a stack from which a
 * roll-back pops, so that two roll-backs go two steps back instead of to and fro.
 */
export function productionBefore(entries: readonly { version: number; rollback: boolean }[]): number | undefined {
  const stack: number[] = [];
  for (const { version, rollback } of entries) {
    if (rollback) stack.pop();
    else if (stack.at(-1) !== version) stack.push(version);
  }
  return stack.at(-2);
}

async function moveToStage(transaction: Transaction<RegistryTables>, move: Move): Promise<ModelVersion> {
  const { name, version, to } = move;
  const versions = transaction.selectFrom("model_versions").selectAll().where("model_name", "=", name);
  const row = await versions.where("version", "=", version).executeTakeFirst();
  if (!row) throw unknown(name, version);
  if (row.stage === to) return toVersion(row);
  if (to === "production" || to === "staging") {
    const current = await versions.where("stage", "=", to).executeTakeFirst();
    if (current) await write(transaction, { ...move, version: current.version, to: "archived" }, to);
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
