import { expect } from "chai";
import { factsOf } from "../../../bench/nlq/column-facts.ts";
import type { Answer, Engine } from "../../../bench/nlq/engine.ts";
import { measure, type Measurement } from "../../../bench/nlq/measure.ts";
import { PostgresDatabase } from "../../../bench/nlq/postgres-database.ts";
import { readQuestionSet } from "../../../bench/nlq/question-set.ts";
import { reportOf } from "../../../bench/nlq/report.ts";
import { inPostgres } from "./in-postgres.ts";

const set = readQuestionSet(`${import.meta.dirname}/set`);
const options = { databases: 2, firstSeed: 1 };

/** The gold queries in PostgreSQL's dialect, whose booleans are no numbers. */
const golds = new Map(
  [...set.schemas.values()].flatMap((schema) => {
    const questions = set.questions.filter(({ db }) => db === schema.db);
    const facts = factsOf(schema, questions);
    return questions.map(({ question, gold }): [string, string] => [
      question,
      inPostgres(gold, facts).replace('"Active" = 1', '"Active"'),
    ]);
  }),
);
const query = (sql: string) => ({ sql, params: [] });
const answering =
  (sqlFor: (question: string) => string): Engine =>
  () =>
  (question) => ({ kind: "query", reading: "", confidence: 1, ...query(sqlFor(question)) });
const always =
  (answer: Answer): Engine =>
  () =>
  () =>
    answer;

describe("measuring", function () {
  this.timeout(180_000);
  let postgres: PostgresDatabase;
  before(async () => {
    postgres = await PostgresDatabase.start();
  });
  after(() => postgres.close());

  const verdicts = ({ questions }: Measurement) =>
    Object.fromEntries(
      [...Map.groupBy(questions, ({ verdict }) => verdict)].map(([verdict, list]) => [verdict, list.length]),
    );

  it("counts answers as right when the engine returns the gold query", async () => {
    const measurement = await measure(set, postgres, {
      ...options,
      engine: answering((question) => golds.get(question)!),
    });
    expect(
      measurement.questions.filter(({ verdict }) => verdict !== "right").map(({ gold, why }) => `${gold}: ${why}`),
    ).to.deep.equal([]);
    expect(reportOf("gold", measurement)).to.match(/all +40 +accuracy 100\.0% +coverage 100\.0% +precision 100\.0%/);
  });

  it("counts answers as wrong with an extra column, with another query, and with a failing query", async () => {
    const counted = (question: string) => golds.get(question)!.replace(/^SELECT (DISTINCT )?/, "$& count(*) OVER (), ");
    for (const sqlFor of [counted, () => "SELECT 1", () => "SELECT nothing"]) {
      expect(verdicts(await measure(set, postgres, { ...options, engine: answering(sqlFor) }))).to.deep.equal({
        wrong: 40,
      });
    }
  });

  it("counts unanswered questions with the reason, and whether the right query is offered", async () => {
    const offering: Engine = () => (question) => ({
      kind: "refused",
      reason: "Which one",
      message: "Which one?",
      offered: [query("SELECT 1"), query(golds.get(question)!)],
    });
    const asked = await measure(set, postgres, { ...options, engine: offering });
    expect(verdicts(asked)).to.deep.equal({ unanswered: 40 });
    expect(reportOf("offers", asked))
      .to.contain("clarifications with alternatives: 40, the right one among them: 40 (100.0%)")
      .and.to.match(/40 {2}Which one/);
    const failed = await measure(set, postgres, { ...options, engine: always({ kind: "failed", message: "oh" }) });
    expect(failed.questions[0]).to.include({ verdict: "unanswered", why: "the engine failed: oh" });
  });
});
