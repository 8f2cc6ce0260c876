import type { QueryResult, Statement } from "@chatdb/contracts/query.ts";
import { Problem } from "@platform/kit/problem.ts";
import { statementOf } from "@chatdb/question-engine/compile/statement.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { canonicalText } from "@chatdb/question-engine/plan/canonical.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { placesOf, unwatched, type Watch } from "../training/watch.ts";
import type { Example } from "./examples.ts";
import { sameResult } from "./same-result.ts";

/** Runs a query of the data source. @throws Problem if it cannot run */
export type Run = (statement: Statement) => Promise<Pick<QueryResult, "rows" | "truncated">>;

/** Decides whether plans are right for examples. */
export class Judge {
  readonly #index: SchemaIndex;
  readonly #run: Run;
  readonly #verdicts = new Map<string, Promise<boolean>>();
  readonly #meant = new Map<Example, string>();
  readonly #results = new Map<string, Promise<QueryResult["rows"] | undefined>>();

  constructor(index: SchemaIndex, run: Run) {
    this.#index = index;
    this.#run = run;
  }

  /** Whether the plan is right for the question; undefined if the example does not say. */
  async isRight(example: Example, plan: QueryPlan): Promise<boolean | undefined> {
    const { known, line } = example;
    const text = canonicalText(plan);
    if (known.kind !== "statement") {
      const same = text === this.#meantBy(example, known.plan);
      return known.kind === "plan" ? same : same ? false : undefined;
    }
    const key = `${line} ${text}`;
    let verdict = this.#verdicts.get(key);
    if (!verdict) this.#verdicts.set(key, (verdict = this.#givesSame(known.statement, plan)));
    return verdict;
  }

  #meantBy(example: Example, plan: QueryPlan): string {
    let text = this.#meant.get(example);
    if (text === undefined) this.#meant.set(example, (text = canonicalText(plan)));
    return text;
  }

  async #givesSame(statement: Statement, plan: QueryPlan): Promise<boolean> {
    const ordered =
      "sql" in statement ? /\border\s+by\b/i.test(statement.sql) : statement.pipeline.some((stage) => "$sort" in stage);
    // The order of rows proves nothing if the question asks for none.
    if (ordered && plan.orderBy.length === 0) return false;
    const [wanted, given] = await Promise.all([
      this.#rows(statement),
      this.#rows(statementOf(plan, this.#index.schema)),
    ]);
    return wanted !== undefined && given !== undefined && sameResult([wanted], given, { extraColumns: true });
  }

  /** Faults of the examples' queries: they fail, or have too many rows or rows that match other queries as well. */
  async problemsOf(examples: readonly Example[], watch: Watch = unwatched): Promise<string[]> {
    const problems: string[] = [];
    for (const place of placesOf(examples.length, watch, "running the queries of examples", 1)) {
      const { line, known } = examples[place]!;
      if (known.kind !== "statement") continue;
      try {
        const { rows, truncated } = await this.#run(known.statement);
        if (rows.length === 0)
          problems.push(`line ${line}: the query gives no rows, which tells it from no other that gives none`);
        if (truncated)
          problems.push(`line ${line}: the query gives more than the ${rows.length} rows that are compared`);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        problems.push(`line ${line}: ${(error as Error).message}`);
      }
    }
    return problems;
  }

  /** Returns the rows of a query; undefined if there are too many to compare or it fails. */
  #rows(statement: Statement): Promise<QueryResult["rows"] | undefined> {
    const key = JSON.stringify(statement);
    let rows = this.#results.get(key);
    if (!rows)
      this.#results.set(
        key,
        (rows = this.#run(statement).then(({ rows, truncated }) => (truncated ? undefined : rows), failed)),
      );
    return rows;
  }
}

/** @throws transient errors */
function failed(error: unknown): undefined {
  if (isUnavailable(error)) throw error;
  return undefined;
}

/** Whether the db-connector or the database is unavailable, which proves nothing about the query. */
export const isUnavailable = (error: unknown): boolean =>
  !(error instanceof Problem) || [429, 502, 503].includes(error.status);
