import type { SqlStatement } from "@chatdb/contracts/query.ts";
import { parse } from "@chatdb/question-engine/parse.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";

/** A question's SQL and its parameters. */
export function sqlOf(question: string, index: SchemaIndex): SqlStatement {
  const { statement } = parse(question, index);
  if (!("sql" in statement)) throw new Error(`${question}: not SQL but a pipeline on ${statement.collection}`);
  return statement;
}
