import type { QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { engineFor, statementsOf, type Answer } from "./engine.ts";
import type { GoldRows } from "./gold-result.ts";
import { differenceOf, sum, timed, verdictOn, type Measured, type Measurement } from "./measure.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { shopNow, type ShopQuestion } from "./shop-set.ts";
import type { ShopSource } from "./shop-source.ts";

/**
 * Measures the questions about the sample shop. Extra columns in an answer are allowed.
 * @param postgres also contains the shop, since gold queries run there for every kind of database
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
    const text = before === undefined ? question : `${before} >> ${question}`;
    measured.push({
      number,
      db: shop.dialect,
      question: text,
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
  // Alternatives are the same for all kinds of databases, so they run on PostgreSQL only.
  const statements = answer.kind === "query" || shop.dialect === "postgresql" ? statementsOf(answer) : [];
  const differences = [];
  for (const statement of statements)
    differences.push(await differenceOf(() => shop.run(statement), blocks, { extraColumns: true }));
  return verdictOn(answer, differences);
}
