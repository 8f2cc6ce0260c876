/** Answers of the gateway to questions. */
import { z } from "zod";
import { interpretation, parseResponse, queryResult } from "./query.ts";

/** Answer of `POST /api/query`. */
export const answer = z.object({
  query: z.string(),
  datasource: z.string(),
  ...parseResponse.pick({
    dialect: true,
    statement: true,
    plan: true,
    reading: true,
    confidence: true,
    read_by: true,
    alternatives: true,
    learned_model: true,
  }).shape,
  columns: queryResult.shape.columns,
  /** Rows of values in the order of `columns`. */
  rows: queryResult.shape.rows,
  row_count: z.int().nonnegative(),
  truncated: z.boolean(),
  /** Total time, milliseconds. */
  took_ms: z.number(),
  /** Time of parsing the question, and of running the query with its round trip. Milliseconds. */
  timings: z.object({ parse_ms: z.number(), execute_ms: z.number() }),
});
export type Answer = z.infer<typeof answer>;

/** Members of the problems `clarification-needed` and `question-not-understood`, besides those of every problem. */
export const clarification = z.object({
  /** Possible readings, the likeliest first. Sending the plan of one back chooses it. */
  alternatives: z.array(interpretation).default([]),
  /** Words that the engine does not know. */
  words: z.array(z.string()).default([]),
  /** Suggestions for another question. */
  hints: z.array(z.string()).default([]),
});
export type Clarification = z.infer<typeof clarification>;
