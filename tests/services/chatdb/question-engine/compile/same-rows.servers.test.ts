import type { Dialect, QueryResult, Statement } from "@chatdb/contracts/query.ts";
import { kindOf } from "../../../../../services/chatdb/question-engine/column-kind.ts";
import { statementOf } from "@chatdb/question-engine/compile/statement.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { readingOf } from "@chatdb/question-engine/plan/reading.ts";
import { Scope } from "../../../../../services/chatdb/question-engine/plan/scope.ts";
import { problemsOf } from "../../../../../services/chatdb/question-engine/plan/validate.ts";
import { expect } from "chai";
import fc from "fast-check";
import { Chance } from "./chance.ts";
import { startMongodbToFill, startMysqlToFill, startPostgresqlToFill, type MadeDatabase } from "./made-databases.ts";
import { makePlan } from "./random-plan.ts";
import { makeTables, schemaOf, type MadeTable } from "./random-schema.ts";

/** The number of runs, which an environment variable can raise; each takes about a second. */
const schemas = Number(process.env["CHATDB_TEST_SCHEMAS"] ?? 5);
const plansOfEach = 40;

/** Every random plan must give the same rows on each database, run through the db-connector's checks. */
describe("random plans on", () => {
  let postgresql: MadeDatabase;
  before(async () => {
    postgresql = await startPostgresqlToFill();
  });
  after(() => postgresql.close());

  for (const [name, start] of [
    ["MySQL", startMysqlToFill],
    ["MongoDB", startMongodbToFill],
  ] as const) {
    describe(name, () => {
      let other: MadeDatabase | undefined;
      before(async function () {
        other = await start(this);
      });
      after(() => other?.close());

      it("return the same rows as on PostgreSQL", async function () {
        this.timeout(600_000);
        let rows = 0;
        await fc.assert(
          fc.asyncProperty(fc.gen(), async (g) => {
            const chance = new Chance(g);
            const tables = makeTables(chance);
            await Promise.all([postgresql.fill(tables), other!.fill(tables)]);
            for (let count = 0; count < plansOfEach; count++)
              rows += await compare(queryPlan.parse(makePlan(chance, tables, "shop")), tables, [postgresql, other!]);
          }),
          // The count of rows needs every run, so only the test's own timeout ends it.
          { numRuns: schemas, endOnFailure: true, interruptAfterTimeLimit: 600_000 },
        );
        expect(rows).to.be.greaterThan(schemas * plansOfEach * 0.5);
      });
    });
  }
});

async function compare(
  plan: QueryPlan,
  tables: readonly MadeTable[],
  databases: readonly MadeDatabase[],
): Promise<number> {
  const answers: Answer[] = [];
  for (const database of databases) {
    const { dialect } = database;
    const schema = schemaOf(tables, dialect, "shop");
    expect(problemsOf(plan, schema), JSON.stringify(plan)).to.deep.equal([]);
    expect(readingOf(plan, schema)).to.match(/^\S.*\.$/s);
    const statement = statementOf(plan, schema);
    const rows = await database.run(statement).catch((error: unknown) => {
      throw new Error(`${dialect} does not run ${JSON.stringify(statement)}: ${String(error)}`);
    });
    answers.push({ statement, rows: alike(rows, plan, tables, dialect) });
  }
  const [one, other] = answers as [Answer, Answer];
  const statements = `${JSON.stringify(one.statement)}\n${JSON.stringify(other.statement)}`;
  expect(
    other.rows.map((row, at) => row.map((value, index) => nearly(value, one.rows[at]?.[index]))),
    statements,
  ).to.deep.equal(one.rows);
  return one.rows.length;
}

/**
 * Replaces a number by the expected one if both are close, because MySQL rounds averages of integers to four digits.
 */
const nearly = (value: unknown, expected: unknown) =>
  typeof value === "number" && typeof expected === "number" && Math.abs(value - expected) < 0.01 ? expected : value;

interface Answer {
  statement: Statement;
  rows: unknown[][];
}

/** Normalizes the values of rows, and sorts rows without an order. */
function alike(
  rows: QueryResult["rows"],
  plan: QueryPlan,
  tables: readonly MadeTable[],
  dialect: Dialect,
): unknown[][] {
  const scope = Scope.of(plan, schemaOf(tables, dialect, "shop"));
  const kinds = plan.select.map(({ value }) => kindOf(scope.typeOf(value)!));
  const written = rows.map((row) => row.map((value, index) => (value === null ? null : writers[kinds[index]!](value))));
  return plan.orderBy.length > 0
    ? written
    : written.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

const writers: Record<ReturnType<typeof kindOf>, (value: unknown) => unknown> = {
  number: Number,
  boolean: Boolean,
  text: String,
  other: String,
  time: (value) => new Date(/\dT\d.*\d$/.test(String(value)) ? `${String(value)}Z` : String(value)).toISOString(),
};
