/* npm run fit:ranker fits the weights of the ranker to a set of questions with known answers. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { fitRanker } from "@chatdb/ml-engine/ranker/fit-ranker.ts";
import type { Labelled } from "@chatdb/ml-engine/ranker/labelled.ts";
import { statementOf, type Compiled } from "@chatdb/question-engine/compile/statement.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { type Evidence, Ranker, type RankerWeights } from "@chatdb/question-engine/ranking.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { understand } from "@chatdb/question-engine/understand.ts";
import { createRandom } from "@chatdb/sample-data/random.ts";
import { shuffled } from "./column-values.ts";
import { sameResult } from "@chatdb/ml-engine/questions/same-result.ts";
import { GoldDatabases } from "./gold-databases.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { readQuestionSet, type QuestionSet } from "./question-set.ts";
import { readShopSet, shopNow } from "./shop-set.ts";
import { openShop, type ShopSource } from "./shop-source.ts";

/** The weight of a question of the own set, which represents a common kind of database. */
const shopWeight = 3;

/** The number of databases on which a right plan must be right. */
const maxDatabases = 3;

async function label(
  set: QuestionSet,
  questions: QuestionSet["questions"],
  postgres: PostgresDatabase,
): Promise<Labelled[]> {
  const all = Map.groupBy(set.questions, ({ db }) => db);
  const labelled: Labelled[] = [];
  for (const [db, ofSchema] of Map.groupBy(questions, (question) => question.db)) {
    const databases = new GoldDatabases(set.schemas.get(db)!, all.get(db)!, 1);
    await postgres.fill(databases.facts, databases.seeds[0]!.rows);
    const schema = await postgres.schema(db);
    const index = new SchemaIndex(schema);
    const pending = ofSchema.flatMap(({ question, gold }) => {
      const result = databases.gold(gold, maxDatabases);
      return result.kind === "results"
        ? [
            {
              question,
              results: result.results,
              plans: candidatePlans(question, index).map((evidence) => ({ evidence, right: true })),
            },
          ]
        : [];
    });
    for (const { seed, rows } of databases.seeds) {
      const compared = pending.flatMap(({ results, plans }) =>
        results.filter((each) => each.seed === seed).map(({ blocks }) => ({ blocks, plans })),
      );
      if (compared.length === 0) continue;
      await postgres.fill(databases.facts, rows);
      for (const { blocks, plans } of compared) {
        for (const plan of plans.filter(({ right }) => right)) {
          const { sql, params } = sqlOf(plan.evidence.plan, schema);
          plan.right = await postgres.query(sql, params).then(
            (rows_) => sameResult(blocks, rows_),
            () => false,
          );
        }
      }
    }
    labelled.push(...pending.map(({ plans }) => ({ schema: db, plans })));
    databases.close();
    process.stderr.write(".");
  }
  return labelled;
}

/** Labels the plans of the own set's questions for development, grouped by query. Extra columns are allowed. */
async function labelShop(postgres: PostgresDatabase): Promise<Labelled[]> {
  await postgres.fillShop();
  const { schema } = (await openShop("postgresql", postgres)) as ShopSource;
  const index = new SchemaIndex(schema);
  const labelled: Labelled[] = [];
  for (const { question, gold } of readShopSet().filter(({ heldOut, before }) => !heldOut && before === undefined)) {
    const { blocks } = await postgres.gold(gold);
    const plans: { evidence: Evidence; right: boolean }[] = [];
    for (const evidence of candidatePlans(question, index, shopNow)) {
      const { sql, params } = sqlOf(evidence.plan, schema);
      plans.push({
        evidence,
        right: await postgres.query(sql, params).then(
          (rows) => sameResult(blocks, rows, { extraColumns: true }),
          () => false,
        ),
      });
    }
    labelled.push({ schema: gold, weight: shopWeight, plans });
  }
  return labelled;
}

/** Both sets have PostgreSQL schemas, so the statement is SQL. */
const sqlOf = (plan: QueryPlan, schema: DatabaseSchema) =>
  statementOf(plan, schema) as Extract<Compiled, { sql: string }>;

function candidatePlans(question: string, index: SchemaIndex, now?: Date): Evidence[] {
  try {
    return understand(question, index, now);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** Reports the coverage and accuracy at several levels of precision, with the confidence threshold for each. */
function report(name: string, questions: readonly Labelled[], weights: RankerWeights): void {
  const ranker = new Ranker(weights);
  const best = questions.flatMap(({ plans }) => {
    const [first] = ranker.rank(plans.map(({ evidence, right }) => ({ ...evidence, right })));
    return first ? [first] : [];
  });
  best.sort((a, b) => b.confidence - a.confidence);
  const oracle = questions.filter(({ plans }) => plans.some(({ right }) => right)).length;
  const all = best.filter(({ right }) => right).length;
  const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(1)}%`;
  process.stdout.write(
    `${name}: ${questions.length} questions, best right ${percent(all, questions.length)}, any right ${percent(oracle, questions.length)}\n`,
  );
  for (const minPrecision of [0.9, 0.86, 0.85, 0.8, 0.7]) {
    let right = 0;
    let found: { answered: number; right: number; confidence: number } | undefined;
    best.forEach((each, place) => {
      right += Number(each.right);
      if (right / (place + 1) >= minPrecision && place > 20)
        found = { answered: place + 1, right, confidence: each.confidence };
    });
    if (found)
      process.stdout.write(
        `  precision ${percent(minPrecision, 1)}: coverage ${percent(found.answered, questions.length)}, accuracy ${percent(found.right, questions.length)}, from confidence ${found.confidence.toFixed(2)}\n`,
      );
  }
}

/** Writes the weights as JSON with each tree on its own line. */
function textOf({ forest, ...linear }: RankerWeights): string {
  const { trees, ...rest } = forest!;
  const head = JSON.stringify(rest).slice(0, -1);
  return `{\n"forest": ${head},"trees":[\n${trees.map((tree) => JSON.stringify(tree)).join(",\n")}\n]},\n${JSON.stringify(linear).slice(1)}\n`;
}

const { values } = parseArgs({
  options: { set: { type: "string" }, sample: { type: "string", default: "8000" }, out: { type: "string" } },
});
const set = readQuestionSet(values.set!);
const postgres = await PostgresDatabase.start();
const labelled = await label(set, shuffled(set.questions, createRandom(7)).slice(0, Number(values.sample)), postgres);
const shop = await labelShop(postgres);
await postgres.close();
// Whole schemas are held out, so that the trial is measured on unseen ones.
const schemas = shuffled([...new Set(labelled.map(({ schema }) => schema))], createRandom(3));
const heldOut = new Set(schemas.slice(0, Math.ceil(schemas.length / 4)));
const [seen, unseen] = [
  labelled.filter(({ schema }) => !heldOut.has(schema)),
  labelled.filter(({ schema }) => heldOut.has(schema)),
];
const trial = fitRanker([...seen, ...shop]);
report("seen schemas", seen, trial);
report("unseen schemas", unseen, trial);
report("shop", shop, trial);
if (values.out) writeFileSync(values.out, textOf(fitRanker([...labelled, ...shop])));
