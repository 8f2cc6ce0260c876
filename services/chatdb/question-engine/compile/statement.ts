import type { DatabaseSchema, Dialect, Parameter } from "@chatdb/contracts/query.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { compile as mongodb, type Pipeline } from "./mongodb.ts";
import { compile as mysql } from "./mysql.ts";
import { compile as postgresql } from "./postgresql.ts";

/** A statement for the db-connector: SQL with the values of its placeholders, or a pipeline. */
export type Compiled = { sql: string; params: Parameter[] } | Pipeline;

const compilers: Record<Dialect, (plan: QueryPlan, schema: DatabaseSchema) => Compiled> = {
  postgresql,
  mysql,
  mongodb,
};

/** Compiles a plan for the schema's database. @param plan a valid plan */
export function statementOf(plan: QueryPlan, schema: DatabaseSchema): Compiled {
  return compilers[schema.dialect](plan, schema);
}
