import { compile } from "./compile/postgresql.ts";
import type { Sql } from "./compile/sql.ts";
import { readQuestion } from "./grammar/read.ts";
import { queryPlan, type QueryPlan } from "./plan/plan.ts";
import { planOf } from "./planner.ts";
import { readingOf } from "./plan/reading.ts";
import type { SchemaIndex } from "./schema-index.ts";
import { problemsOf } from "./plan/validate.ts";

export interface Parsed extends Sql {
  plan: QueryPlan;
  reading: string;
}

/**
 * From a question in English to SQL.
 * @throws Refusal when some of it is not understood, or could mean more than one thing
 */
export function parse(question: string, index: SchemaIndex): Parsed {
  const plan = queryPlan.parse(planOf(readQuestion(question, index), index));
  const problems = problemsOf(plan, index.schema);
  if (problems.length > 0) throw new Error(`The plan of ${JSON.stringify(question)} does not fit the schema: ${problems.join("; ")}.`);
  return { plan, reading: readingOf(plan, index.schema), ...compile(plan, index.schema) };
}
