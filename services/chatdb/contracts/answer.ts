/** What the gateway answers to people's questions. */
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
  /** Each row has its values in the order of `columns`. */
  rows: queryResult.shape.rows,
  row_count: z.int().nonnegative(),
  truncated: z.boolean(),
  /** Milliseconds in all. */
  took_ms: z.number(),
  /** Milliseconds of each part: understanding the question, and running the query with the way there. */
  timings: z.object({ parse_ms: z.number(), execute_ms: z.number() }),
});
export type Answer = z.infer<typeof answer>;

/** What a problem with the status 422 says besides its `detail`, where a question was not understood surely enough. */
export const askedBack = z.object({
  /** What may have been meant, the likeliest first: send back the plan of one. */
  alternatives: z.array(interpretation).default([]),
  /** Words that were not understood. */
  words: z.array(z.string()).default([]),
  /** What to say instead. */
  hints: z.array(z.string()).default([]),
});
export type AskedBack = z.infer<typeof askedBack>;
