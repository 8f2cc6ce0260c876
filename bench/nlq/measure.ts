import type { Blocks, Comparing, Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { contrast } from "./compare-results.ts";
import { engineFor, statementsOf, type Answer, type Engine } from "./engine.ts";
import { GoldDatabases, type Gold } from "./gold-databases.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { shapeOf } from "./query-shape.ts";
import type { QuestionSet, SetQuestion } from "./question-set.ts";

export type Verdict = "right" | "wrong" | "unanswered" | "unusable";

/** A question, what is wanted, what the engine made of it, and whether that is right. */
export interface Measured {
  number: number;
  db: string;
  question: string;
  /** What kind of question it is: the shape of its query, or its topic. */
  shape: string;
  gold: string;
  answer: Answer;
  verdict: Verdict;
  /** Why it is not right. */
  why?: string;
  /** Whether the right query was among those offered, where some were and have been run. */
  offered?: boolean;
  /** Of parsing it, in ms, once it was parsed before. */
  ms: number;
}

export interface Measurement {
  questions: Measured[];
  /** Of the thread, in seconds, for parsing each question once. */
  cpuSeconds: number;
}

export interface MeasureOptions {
  /** A right answer is right on that many databases. */
  databases: number;
  firstSeed: number;
  /** Default: ChatDB's own. */
  engine?: Engine;
}

/**
 * Asks the engine every question of the set and compares what its query gives with what the gold query gives, schema by schema.
 * @throws what the databases throw when they cannot be filled
 */
export async function measure(
  set: QuestionSet,
  postgres: PostgresDatabase,
  options: MeasureOptions,
  asked = set.questions,
): Promise<Measurement> {
  const all = Map.groupBy(set.questions, ({ db }) => db);
  const measurement: Measurement = { questions: [], cpuSeconds: 0 };
  for (const [db, questions] of Map.groupBy(asked, (question) => question.db)) {
    // Rows are made for all questions of the schema, whichever are asked.
    const databases = new GoldDatabases(set.schemas.get(db)!, all.get(db)!, options.firstSeed);
    const golds = new Map(questions.map((question) => [question, databases.gold(question.gold, options.databases)]));
    const { rows } = databases.seeds[0]!;
    await postgres.fill(databases.facts, rows);
    const ask = (options.engine ?? engineFor)(await postgres.schema(db));
    const answers = new Map(questions.map((question) => [question, ask(question.question)]));
    const { times, cpuTimes } = timed(ask, questions);
    const differences = await compareAll(databases, postgres, golds, answers);
    measurement.cpuSeconds += sum(cpuTimes) / 1000;
    measurement.questions.push(
      ...questions.map((question, index) =>
        judged(question, golds.get(question)!, answers.get(question)!, differences.get(question)!, times[index]!),
      ),
    );
    databases.close();
  }
  return measurement;
}

export interface Timing {
  /** Of each question, in ms on the clock. */
  times: number[];
  /** Of each question, in ms of this thread: others on the machine do not add to it. */
  cpuTimes: number[];
}

/** How long each question takes to parse. */
export function timed(ask: (question: string) => Answer, questions: readonly { question: string }[]): Timing {
  const timing: Timing = { times: [], cpuTimes: [] };
  for (const { question } of questions) {
    const start = performance.now();
    const before = process.threadCpuUsage();
    ask(question);
    const { user, system } = process.threadCpuUsage(before);
    timing.times.push(performance.now() - start);
    timing.cpuTimes.push((user + system) / 1000);
  }
  return timing;
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** How what an answer has to run differs from the gold result: undefined where it does not. */
type Differences = (string | undefined)[];

/** Runs what can be run for the questions that have a gold result, each on its databases until it differs. */
async function compareAll(
  databases: GoldDatabases,
  postgres: PostgresDatabase,
  golds: ReadonlyMap<SetQuestion, Gold>,
  answers: ReadonlyMap<SetQuestion, Answer>,
): Promise<Map<SetQuestion, Differences>> {
  const differences = new Map(
    [...answers].map(([question, answer]): [SetQuestion, Differences] => [
      question,
      statementsOf(answer).map(() => undefined),
    ]),
  );
  for (const [index, { seed, rows }] of databases.seeds.entries()) {
    const due = [...golds].flatMap(([question, gold]) => {
      const result = gold.kind === "results" ? gold.results.find((each) => each.seed === seed) : undefined;
      return result
        ? statementsOf(answers.get(question)!).map((statement, place) => ({
            found: differences.get(question)!,
            place,
            statement,
            blocks: result.blocks,
          }))
        : [];
    });
    const open = due.filter(({ found, place }) => found[place] === undefined);
    if (open.length > 0 && index > 0) await postgres.fill(databases.facts, rows);
    for (const { found, place, statement, blocks } of open)
      found[place] = await differenceOf(() => postgres.run(statement), blocks);
  }
  return differences;
}

/** How what a statement gives differs from the gold result, if it does. */
export async function differenceOf(
  run: () => Promise<Table>,
  blocks: Blocks,
  comparing?: Comparing,
): Promise<string | undefined> {
  try {
    return contrast(blocks, await run(), comparing);
  } catch (error) {
    return `the query fails: ${(error as Error).message}`;
  }
}

/** The verdict on an answer whose statements differ like that. */
export function verdictOn(answer: Answer, differences: Differences): Pick<Measured, "verdict" | "why" | "offered"> {
  if (answer.kind === "failed") return { verdict: "unanswered", why: `the engine failed: ${answer.message}` };
  if (answer.kind === "refused")
    return {
      verdict: "unanswered",
      why: answer.reason,
      ...(differences.length > 0 && { offered: differences.some((each) => each === undefined) }),
    };
  return differences[0] === undefined ? { verdict: "right" } : { verdict: "wrong", why: differences[0] };
}

function judged(
  { number, db, question, gold }: SetQuestion,
  result: Gold,
  answer: Answer,
  differences: Differences,
  ms: number,
): Measured {
  const entry = { number, db, question, shape: shapeOf(gold), gold, answer, ms };
  return result.kind === "unusable"
    ? { ...entry, verdict: "unusable", why: `gold ${result.why}: ${result.message}` }
    : { ...entry, ...verdictOn(answer, differences) };
}
