import {
  interpretation,
  statement,
  type DatabaseSchema,
  type Interpretation,
  type Reader,
  type Statement,
} from "@chatdb/contracts/query.ts";
import { statementOf } from "./compile/statement.ts";
import { hintsFor } from "./hints.ts";
import type { SchemaIndex } from "./linking/schema-index.ts";
import { queryPlan, type QueryPlan } from "./plan/plan.ts";
import { readingOf } from "./plan/reading.ts";
import { shapeProblems } from "./plan/shape-problems.ts";
import { problemsOf } from "./plan/validate.ts";
import { defaultRanker } from "./ranking/default-ranker.ts";
import { Refusal } from "./refusal.ts";
import type { Candidate } from "./ranking/ranker.ts";
import { understand } from "./understand.ts";

export interface Parsed {
  dialect: DatabaseSchema["dialect"];
  plan: QueryPlan;
  reading: string;
  confidence: number;
  read_by: Reader;
  statement: Statement;
  alternatives: Interpretation[];
}

/** A question that is understood less surely than that is asked back. */
export const minConfidence = 0.55;

/** Alternatives less likely than that are not worth a person's time. */
const minAlternative = 0.05;

export const maxAlternatives = 3;

/**
 * From a question in English to a query.
 * @param now what "today" refers to
 * @param before the plan of the question before, from which this one may go on; see {@link planFrom}
 * @param ranker tells the likely plans from the others; default: the bundled one
 * @throws Refusal when it is not understood, or could well mean something else: then with alternatives
 */
export function parse(
  question: string,
  index: SchemaIndex,
  now?: Date,
  before?: QueryPlan,
  ranker = defaultRanker,
): Parsed {
  const [best, ...others] = understand(question, index, now, before, ranker);
  const { plan, confidence } = best!;
  if (confidence < minConfidence) throw unsure(interpretations([best!, ...others], index), best!.unread, index);
  return parsed(plan, index, { confidence, read_by: "engine", alternatives: interpretations(others, index) });
}

/** A plan that was made elsewhere, checked. @throws Refusal with what is wrong with it */
export function parsePlan(given: unknown, index: SchemaIndex): Parsed {
  return parsed(planFrom(given, index), index, { confidence: 1, read_by: "sender", alternatives: [] });
}

/** More that is wrong with a plan tells no more. */
const maxProblems = 20;

/** @throws Refusal with what is wrong with a plan that was made elsewhere */
export function planFrom(given: unknown, { schema }: SchemaIndex): QueryPlan {
  const { success, data: plan, error } = queryPlan.safeParse(given);
  const problems = success ? problemsOf(plan, schema) : shapeProblems(error.issues);
  if (plan && problems.length === 0 && !statement.safeParse(statementOf(plan, schema)).success)
    problems.push("it is too long for one statement");
  if (plan && problems.length === 0) return plan;
  const more = problems.length > maxProblems ? [`and ${problems.length - maxProblems} more problems`] : [];
  throw new Refusal(
    `The plan does not fit ${schema.datasource}: ${[...problems.slice(0, maxProblems), ...more].join("; ")}.`,
    { final: true },
  );
}

/** A plan that fits the schema, with all that is to be said of it. */
export function parsed(
  plan: QueryPlan,
  { schema }: SchemaIndex,
  said: Pick<Parsed, "confidence" | "read_by" | "alternatives">,
): Parsed {
  return {
    dialect: schema.dialect,
    plan,
    ...said,
    reading: readingOf(plan, schema),
    statement: statementOf(plan, schema),
  };
}

/** Asks back which of the readings is meant. @param unread words that were passed over */
export function unsure(
  alternatives: readonly Interpretation[],
  unread: readonly string[],
  index: SchemaIndex,
): Refusal {
  const words = unread.length > 0 ? ` I did not understand: ${unread.join(", ")}.` : "";
  const asked =
    alternatives.length > 0
      ? "I am not sure what you mean. Which of these is it?"
      : "I did not understand the question.";
  return new Refusal(`${asked}${words}`, {
    words: unread,
    alternatives,
    hints: alternatives.length > 0 ? [] : hintsFor(unread, index),
  });
}

function interpretations(candidates: readonly Candidate[], { schema }: SchemaIndex): Interpretation[] {
  const read = new Map<string, Interpretation>();
  for (const { plan, confidence } of candidates) {
    if (confidence < minAlternative || read.size === maxAlternatives) break;
    const reading = readingOf(plan, schema);
    // Two plans that read the same are one to the person who is asked.
    if (!read.has(reading)) read.set(reading, interpretation.parse({ plan, confidence, reading, read_by: "engine" }));
  }
  return [...read.values()];
}
