/* npm run bench:learning measures how much it helps to learn from some of a customer's questions, on the others. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Example } from "@chatdb/ml-engine/questions/examples.ts";
import { Judge } from "@chatdb/ml-engine/questions/judge.ts";
import { learn } from "@chatdb/ml-engine/questions/learn.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import type { QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { createRandom } from "@chatdb/sample-data/random.ts";
import { shuffled } from "../nlq/column-values.ts";
import { measureShop } from "../nlq/measure-shop.ts";
import { PostgresDatabase } from "../nlq/postgres-database.ts";
import { reportOf } from "../nlq/report.ts";
import { readQuestions, readShopSet, shopNow, type ShopQuestion } from "../nlq/shop-set.ts";
import { openShop, type ShopSource } from "../nlq/shop-source.ts";

/** The numbers of examples to learn from; the last means all. */
const sizes = [10, 20, 40, Infinity];

/**
 * Selects two of five queries with all their questions for the measurement, by another digest than the one that holds
 * questions out.
 */
const isMeasured = ({ gold }: ShopQuestion) => createHash("sha256").update(`learning ${gold}`).digest()[0]! % 5 < 2;

async function learnFrom(questions: readonly ShopQuestion[], shop: ShopSource): Promise<QuestionModel> {
  const index = new SchemaIndex(shop.schema);
  const judge = new Judge(index, async (statement) => ({
    rows: (await shop.run(statement)) as never,
    truncated: false,
  }));
  const labelled = questions.map(
    ({ question, gold }, line): Example => ({
      line,
      question,
      at: shopNow,
      known: { kind: "statement", statement: { sql: gold, params: [] } },
    }),
  );
  const { model, metrics } = await learn(labelled, index, judge);
  const words = model.words.map(
    ({ words: phrase, meaning }) =>
      `${phrase.join(" ")} = ${meaning.kind === "value" ? meaning.value : meaning.kind === "column" ? `${meaning.table}.${meaning.column}` : meaning.table}`,
  );
  process.stdout.write(
    `  learned ${words.length} words${words.length > 0 ? `: ${words.join(", ")}` : ""}; held out ${metrics["test_examples"]}: accuracy ${metrics["accuracy_before"]?.toFixed(2)} to ${metrics["accuracy"]?.toFixed(2)}\n`,
  );
  return model;
}

async function report(
  name: string,
  questions: readonly ShopQuestion[],
  shop: ShopSource,
  postgres: PostgresDatabase,
): Promise<void> {
  const measured = questions.filter(isMeasured);
  const others = shuffled(
    questions.filter((question) => !isMeasured(question)),
    createRandom(1),
  );
  process.stdout.write(
    `${reportOf(`${name}, before`, await measureShop(measured, shop, postgres), { brief: true })}\n`,
  );
  for (const size of sizes.filter((each, place) => each < others.length || place === sizes.length - 1)) {
    const examples = others.slice(0, size);
    try {
      const model = await learnFrom(examples, shop);
      process.stdout.write(
        `${reportOf(`${name}, after ${examples.length} examples`, await measureShop(measured, shop, postgres, model), { brief: true })}\n`,
      );
    } catch (error) {
      process.stdout.write(`${name}, after ${examples.length} examples: ${(error as Error).message}\n`);
    }
  }
}

const postgres = await PostgresDatabase.start();
await postgres.fillShop();
const shop = (await openShop("postgresql", postgres)) as ShopSource;
await report("house words", readQuestions(join(import.meta.dirname, "jargon.sql")), shop, postgres);
await report(
  "shop, for development",
  readShopSet().filter(({ heldOut, before }) => !heldOut && before === undefined),
  shop,
  postgres,
);
await shop.close();
await postgres.close();
