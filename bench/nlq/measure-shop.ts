import { sameResult } from "./compare-results.ts";
import { engineFor, type Answer } from "./engine.ts";
import type { GoldRows } from "./gold-result.ts";
import { timed, type Measured, type Measurement } from "./measure.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import type { ShopQuestion } from "./shop-set.ts";

/** Asks the questions about the sample shop. Columns that an answer has besides those asked for do no harm. */
export async function measureShop(questions: readonly ShopQuestion[], postgres: PostgresDatabase): Promise<Measurement> {
  await postgres.fillShop();
  const ask = engineFor(await postgres.schema("shop"));
  const measured: Measured[] = [];
  for (const [number, { topic: shape, question, before, gold }] of questions.entries()) {
    const wanted = await postgres.gold(gold);
    const answer = ask(question, before);
    const asked = before === undefined ? question : `${before} >> ${question}`;
    measured.push({ number, db: "shop", question: asked, shape, gold, answer, ms: 0, ...(await judge(postgres, wanted, answer)) });
  }
  const { times, cpuSeconds } = timed(ask, questions);
  times.forEach((ms, index) => (measured[index]!.ms = ms));
  return { questions: measured, cpuSeconds };
}

async function judge(postgres: PostgresDatabase, { blocks }: GoldRows, answer: Answer): Promise<Pick<Measured, "verdict" | "why">> {
  if (answer.kind === "refused") return { verdict: "unanswered", why: answer.reason };
  if (answer.kind === "failed") return { verdict: "unanswered", why: `the engine failed: ${answer.message}` };
  try {
    const ours = await postgres.query(answer.sql, answer.params);
    return sameResult(blocks, ours, { extraColumns: true }) ? { verdict: "right" } : { verdict: "wrong", why: "another result" };
  } catch (error) {
    return { verdict: "wrong", why: `the query fails: ${(error as Error).message}` };
  }
}
