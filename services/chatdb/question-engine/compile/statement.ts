import type { DatabaseSchema, Dialect, Parameter } from "@chatdb/contracts/query.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { compile as mongodb, type Pipeline } from "./mongodb.ts";
import { compile as mysql } from "./mysql.ts";
import { compile as postgresql } from "./postgresql.ts";

/** What the db-connector runs: SQL with the values of its placeholders, or a pipeline. */
export type Compiled = { sql: string; params: Parameter[] } | Pipeline;

const compilers: Record<Dialect, (plan: QueryPlan, schema: DatabaseSchema) => Compiled> = {
  postgresql,
  mysql,
  mongodb,
};

/** Writes a plan in the language of the schema's database. @param plan one in which the validator finds nothing */
export function statementOf(plan: QueryPlan, schema: DatabaseSchema): Compiled {
  return compilers[schema.dialect](plan, schema);
}
