import type { PipelineStatement, SqlStatement, Statement } from "@chatdb/contracts/query.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";

/** @throws Problem when it is a pipeline */
export function requireSql(statement: Statement, database: string): SqlStatement {
  if ("sql" in statement) return statement;
  throw new Problem(
    chatdbProblems.queryInvalid,
    `This data source is ${database}, which runs SQL: send sql (and params), not a pipeline.`,
  );
}

/** @throws Problem when it is SQL */
export function requirePipeline(statement: Statement): PipelineStatement {
  if ("pipeline" in statement) return statement;
  throw new Problem(
    chatdbProblems.queryInvalid,
    "This data source is MongoDB, which runs aggregation pipelines: send collection and pipeline, not sql.",
  );
}
