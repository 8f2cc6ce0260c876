import type { Blocks, Comparing, Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { describeDifference } from "./compare-results.ts";
import { engineFor, statementsOf, type Answer, type Engine } from "./engine.ts";
import { GoldDatabases, type Gold } from "./gold-databases.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { shapeOf } from "./query-shape.ts";
import type { QuestionSet, SetQuestion } from "./question-set.ts";

export type Verdict = "right" | "wrong" | "unanswered" | "unusable";

/** A question with the gold query, the engine's answer and the verdict. */
export interface Measured {
  number: number;
  db: string;
  question: string;
  /** The kind of question: the shape of its query, or its topic. */
  shape: string;
  gold: string;
  answer: Answer;
  verdict: Verdict;
  /** The reason for any verdict other than right. */
  why?: string;
  /** Whether the alternatives contained the right query; undefined if there were none or they were not run. */
  offered?: boolean;
  /** The time in ms of a repeated parse. */
  ms: number;
}

export interface Measurement {
  questions: Measured[];
  /** The CPU time in seconds that the thread needed to parse each question once. */
  cpuSeconds: number;
}

export interface MeasureOptions {
  /** The number of databases on which a right answer must be right. */
  databases: number;
  firstSeed: number;
  /** The measured engine. Default: ChatDB's own. */
  engine?: Engine;
}

/**
 * Asks the engine every question and compares the results of its query and the gold query, schema by schema.
 * @throws the databases' errors when they cannot be filled
 */
export async function measure(
  set: QuestionSet,
  postgres: PostgresDatabase,
  options: MeasureOptions,
  selected = set.questions,
): Promise<Measurement> {
  const all = Map.groupBy(set.questions, ({ db }) => db);
  const measurement: Measurement = { questions: [], cpuSeconds: 0 };
  for (const [db, questions] of Map.groupBy(selected, (question) => question.db)) {
    // The rows suit all questions of the schema, not only the selected ones.
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
  /** The wall time of each question, in ms. */
  times: number[];
  /** The CPU time of each question on this thread in ms, which other load does not affect. */
  cpuTimes: number[];
}

/** Measures the time to parse each question. */
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

/** The differences of an answer's statements from the gold result; undefined where a statement agrees. */
type Differences = (string | undefined)[];

/** Runs the statements for questions with a gold result, on each of its databases until they differ. */
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
    const pending = [...golds].flatMap(([question, gold]) => {
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
    const open = pending.filter(({ found, place }) => found[place] === undefined);
    if (open.length > 0 && index > 0) await postgres.fill(databases.facts, rows);
    for (const { found, place, statement, blocks } of open)
      found[place] = await differenceOf(() => postgres.run(statement), blocks);
  }
  return differences;
}

/** Describes how the result of a statement differs from the gold result, if it does. */
export async function differenceOf(
  run: () => Promise<Table>,
  blocks: Blocks,
  comparing?: Comparing,
): Promise<string | undefined> {
  try {
    return describeDifference(blocks, await run(), comparing);
  } catch (error) {
    return `the query fails: ${(error as Error).message}`;
  }
}

/** Decides the verdict on an answer from the differences of its statements. */
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
