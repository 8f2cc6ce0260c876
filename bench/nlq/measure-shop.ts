import type { QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { engineFor, statementsOf, type Answer } from "./engine.ts";
import type { GoldRows } from "./gold-result.ts";
import { differenceOf, sum, timed, verdictOn, type Measured, type Measurement } from "./measure.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { shopNow, type ShopQuestion } from "./shop-set.ts";
import type { ShopSource } from "./shop-source.ts";

/**
 * Asks the questions about the sample shop. Columns that an answer has besides those asked for do no harm.
 * @param postgres has the shop, too: gold queries run there, whatever kind of database is asked
 * @param model what was learned from other questions; default: nothing
 */
export async function measureShop(
  questions: readonly ShopQuestion[],
  shop: ShopSource,
  postgres: PostgresDatabase,
  model?: QuestionModel,
): Promise<Measurement> {
  const ask = engineFor(shop.schema, shopNow, model);
  const measured: Measured[] = [];
  for (const [number, { topic: shape, question, before, gold }] of questions.entries()) {
    const answer = ask(question, before);
    const asked = before === undefined ? question : `${before} >> ${question}`;
    measured.push({
      number,
      db: shop.dialect,
      question: asked,
      shape,
      gold,
      answer,
      ms: 0,
      ...(await judge(shop, await postgres.gold(gold), answer)),
    });
  }
  const { times, cpuTimes } = timed(ask, questions);
  times.forEach((ms, index) => (measured[index]!.ms = ms));
  return { questions: measured, cpuSeconds: sum(cpuTimes) / 1000 };
}

async function judge(
  shop: ShopSource,
  { blocks }: GoldRows,
  answer: Answer,
): Promise<Pick<Measured, "verdict" | "why" | "offered">> {
  // What is offered is the same for all kinds of databases.
  const statements = answer.kind === "query" || shop.dialect === "postgresql" ? statementsOf(answer) : [];
  const differences = [];
  for (const statement of statements)
    differences.push(await differenceOf(() => shop.run(statement), blocks, { extraColumns: true }));
  return verdictOn(answer, differences);
}
