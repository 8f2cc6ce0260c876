/* npm run fit:ranker: fits the weights of the query-parser's ranker to a set of questions whose right answers are known. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fitRanker, type Labelled } from "@chatdb/ml-engine/ranker/fit-ranker.ts";
import { compile } from "@chatdb/query-parser/compile/postgresql.ts";
import { SchemaIndex } from "@chatdb/query-parser/linking/schema-index.ts";
import type { Evidence } from "@chatdb/query-parser/ranking/features.ts";
import { Ranker, type RankerWeights } from "@chatdb/query-parser/ranking/ranker.ts";
import { Refusal } from "@chatdb/query-parser/refusal.ts";
import { understand } from "@chatdb/query-parser/understand.ts";
import { createRandom } from "@chatdb/sample-data/random.ts";
import { shuffled } from "./column-values.ts";
import { sameResult } from "@chatdb/ml-engine/questions/same-result.ts";
import { GoldDatabases } from "./gold-databases.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { readQuestionSet, type QuestionSet } from "./question-set.ts";
import { readShopSet, shopNow } from "./shop-set.ts";
import { openShop, type ShopSource } from "./shop-source.ts";

/** A question about a schema. */
interface Tried extends Labelled {
  db: string;
}

const shopWeight = 4;

/** Plans of a question that are tried, the likeliest first. */
const maxPlans = 6;

async function label(set: QuestionSet, questions: QuestionSet["questions"], postgres: PostgresDatabase): Promise<Tried[]> {
  const all = Map.groupBy(set.questions, ({ db }) => db);
  const labelled: Tried[] = [];
  for (const [db, asked] of Map.groupBy(questions, (question) => question.db)) {
    const databases = new GoldDatabases(set.schemas.get(db)!, all.get(db)!, 1);
    await postgres.fill(databases.facts, databases.seeds[0]!.rows);
    const schema = await postgres.schema(db);
    const index = new SchemaIndex(schema);
    const due = asked.flatMap(({ question, gold }) => {
      const result = databases.gold(gold, 2);
      return result.kind === "results" ? [{ question, results: result.results, plans: likeliest(question, index).map((evidence) => ({ evidence, right: true })) }] : [];
    });
    for (const { seed, rows } of databases.seeds) {
      const compared = due.flatMap(({ results, plans }) => results.filter((each) => each.seed === seed).map(({ blocks }) => ({ blocks, plans })));
      if (compared.length === 0) continue;
      await postgres.fill(databases.facts, rows);
      for (const { blocks, plans } of compared) {
        for (const plan of plans.filter(({ right }) => right)) {
          const { sql, params } = compile(plan.evidence.plan, schema);
          plan.right = await postgres.query(sql, params).then((rows_) => sameResult(blocks, rows_), () => false);
        }
      }
    }
    labelled.push(...due.map(({ plans }) => ({ db, plans })));
    databases.close();
    process.stderr.write(".");
  }
  return labelled;
}

/** The own set's questions for development. Columns that were not asked for do no harm there. */
async function labelShop(postgres: PostgresDatabase): Promise<Tried[]> {
  await postgres.fillShop();
  const { schema } = (await openShop("postgresql", postgres)) as ShopSource;
  const index = new SchemaIndex(schema);
  const labelled: Tried[] = [];
  for (const { question, gold } of readShopSet().filter(({ heldOut, before }) => !heldOut && before === undefined)) {
    const { blocks } = await postgres.gold(gold);
    const plans: { evidence: Evidence; right: boolean }[] = [];
    for (const evidence of likeliest(question, index, shopNow)) {
      const { sql, params } = compile(evidence.plan, schema);
      plans.push({ evidence, right: await postgres.query(sql, params).then((rows) => sameResult(blocks, rows, { extraColumns: true }), () => false) });
    }
    labelled.push({ db: "shop", plans });
  }
  return labelled;
}

function likeliest(question: string, index: SchemaIndex, now?: Date): Evidence[] {
  try {
    return understand(question, index, now).slice(0, maxPlans);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** How right the best plans are, at the least confidence at which so many of them are. */
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
  process.stdout.write(`${name}: ${questions.length} questions, best right ${percent(all, questions.length)}, any of ${maxPlans} right ${percent(oracle, questions.length)}\n`);
  for (const least of [0.9, 0.85, 0.8, 0.75, 0.7]) {
    let right = 0;
    let found: { answered: number; right: number; confidence: number } | undefined;
    best.forEach((each, place) => {
      right += Number(each.right);
      if (right / (place + 1) >= least && place > 20) found = { answered: place + 1, right, confidence: each.confidence };
    });
    if (found) process.stdout.write(`  precision ${percent(least, 1)}: coverage ${percent(found.answered, questions.length)}, accuracy ${percent(found.right, questions.length)}, from confidence ${found.confidence.toFixed(2)}\n`);
  }
}

const { values } = parseArgs({ options: { set: { type: "string" }, sample: { type: "string", default: "3000" }, out: { type: "string" } } });
const set = readQuestionSet(values.set!);
const postgres = await PostgresDatabase.start();
const labelled = await label(set, shuffled(set.questions, createRandom(7)).slice(0, Number(values.sample)), postgres);
const shop = await labelShop(postgres);
await postgres.close();
// Whole schemas are kept apart, so that what is measured are schemas that were not seen.
const dbs = shuffled([...new Set(labelled.map(({ db }) => db))], createRandom(3));
const kept = new Set(dbs.slice(0, Math.ceil(dbs.length / 4)));
const [seen, unseen] = [labelled.filter(({ db }) => !kept.has(db)), labelled.filter(({ db }) => kept.has(db))];
// A question of the own set is one of a kind of database that many people have; it counts for several.
const own = Array.from({ length: shopWeight }, () => shop).flat();
const trial = fitRanker([...seen, ...own]);
report("seen schemas", seen, trial);
report("unseen schemas", unseen, trial);
report("shop", shop, trial);
const weights = fitRanker([...labelled, ...own]);
process.stdout.write(`${JSON.stringify(weights, undefined, 2)}\n`);
if (values.out) writeFileSync(values.out, `${JSON.stringify(weights, undefined, 2)}\n`);
