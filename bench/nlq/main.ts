/* npm run bench:nlq measures how well the engine answers sets of questions with known answers. */
import { existsSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { dialect, type Dialect } from "@chatdb/contracts/query.ts";
import { createRandom } from "@chatdb/sample-data/random.ts";
import { shuffled } from "./column-values.ts";
import { measureShop } from "./measure-shop.ts";
import { measure, type Measured } from "./measure.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { NoQuestionSet, readQuestionSet } from "./question-set.ts";
import { reportOf } from "./report.ts";
import { readShopSet } from "./shop-set.ts";
import { openShop } from "./shop-source.ts";

const usage = `npm run bench:nlq -- [options]
  --set DIR|NAME   shop, the own set; or a folder with dev.json and tables.json, or the name of one in ../shared/data;
                   repeatable; default spider-dev and shop
  --db ID          questions of one schema only
  --limit N        the first N questions
  --sample N       N random questions
  --seed S         the sample's seed; default 1
  --databases N    the number of databases on which an answer must be right; default 3
  --first-seed S   the first seed of the rows; default 1
  --dialects A,B   for the shop set: the kinds of databases; default ${dialect.options.join(",")}
  --held-out       for the shop set: also report which held-out questions went wrong
  --json FILE      writes every question with its gold query, its answer and the verdict
`;

function options() {
  const string = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      set: { type: "string", multiple: true, default: ["spider-dev", "shop"] },
      db: string,
      limit: string,
      sample: string,
      seed: string,
      databases: string,
      "first-seed": string,
      json: string,
      dialects: string,
      "held-out": { type: "boolean", default: false },
    },
  });
  const number = (name: "limit" | "sample" | "seed" | "databases" | "first-seed", fallback: number) => {
    const value = Number(values[name] ?? fallback);
    if (Number.isInteger(value) && value > 0) return value;
    if (value === Infinity && values[name] === undefined) return value;
    throw new Error(`--${name} is a whole number above 0, and not ${values[name]}.`);
  };
  return {
    sets: values.set,
    db: values.db,
    json: values.json,
    heldOut: values["held-out"],
    dialects: (values.dialects?.split(",") ?? dialect.options).map(knownDialect),
    limit: number("limit", Infinity),
    sample: number("sample", Infinity),
    seed: number("seed", 1),
    databases: number("databases", 3),
    firstSeed: number("first-seed", 1),
  };
}

function knownDialect(name: string): Dialect {
  const { data } = dialect.safeParse(name);
  if (data) return data;
  throw new Error(`--dialects takes ${dialect.options.join(", ")}, and not ${name}.`);
}

function optionsOrExit() {
  try {
    return options();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const { sets, db, json, limit, sample, seed, heldOut, dialects, ...rows } = optionsOrExit();

function sampleOf<T extends { question: string }>(questions: readonly T[]): T[] {
  const sampled = sample < questions.length ? shuffled(questions, createRandom(seed)).slice(0, sample) : [...questions];
  return sampled.slice(0, limit);
}

async function measureSet(name: string, postgres: PostgresDatabase): Promise<Measured[]> {
  const set = readQuestionSet(existsSync(name) ? name : `../shared/data/${name}`);
  const measurement = await measure(
    set,
    postgres,
    rows,
    sampleOf(set.questions.filter((question) => db === undefined || question.db === db)),
  );
  process.stdout.write(`${reportOf(name, measurement)}\n`);
  return measurement.questions;
}

/** Measures the own set in each kind of database that this machine can start; parsing is the same for all. */
async function measureOwn(postgres: PostgresDatabase): Promise<Measured[]> {
  await postgres.fillShop();
  const development = readShopSet().filter((question) => !question.heldOut);
  const heldOutQuestions = readShopSet().filter((question) => question.heldOut);
  const all: Measured[] = [];
  for (const [index, each] of dialects.entries()) {
    const shop = await openShop(each, postgres);
    if (typeof shop === "string") {
      process.stdout.write(`shop, ${each}: not measured, ${shop}\n`);
      continue;
    }
    const developmentMeasurement = await measureShop(sampleOf(development), shop, postgres);
    process.stdout.write(
      `${reportOf(`shop, ${each}, for development`, developmentMeasurement, { brief: index > 0 })}\n`,
    );
    const heldOutMeasurement = await measureShop(sampleOf(heldOutQuestions), shop, postgres);
    process.stdout.write(
      `${reportOf(`shop, ${each}, held out`, heldOutMeasurement, { onlyFigures: !heldOut, brief: index > 0 })}\n`,
    );
    await shop.close();
    all.push(...developmentMeasurement.questions, ...(heldOut ? heldOutMeasurement.questions : []));
  }
  return all;
}

const postgres = await PostgresDatabase.start();
const questions: Measured[] = [];
for (const name of sets) {
  try {
    questions.push(...(await (name === "shop" ? measureOwn(postgres) : measureSet(name, postgres))));
  } catch (error) {
    if (!(error instanceof NoQuestionSet)) throw error;
    process.stderr.write(`${name}: not measured. ${error.message}\n`);
    process.exitCode = 1;
  }
}
await postgres.close();
if (json) writeFileSync(json, JSON.stringify(questions, undefined, 1));
