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

/** The engine asks for clarification below this confidence. */
export const minConfidence = 0.55;

/** Alternatives below this confidence are not offered. */
const minAlternative = 0.05;

export const maxAlternatives = 3;

/**
 * Turns a question in English into a query.
 * @param now what "today" refers to
 * @param before the plan of the previous question, which this one may continue; see {@link planFrom}
 * @param ranker ranks the possible plans; default: the bundled one
 * @throws Refusal when no plan fits the question, or when the best one is not confident enough: then with alternatives
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
  if (confidence < minConfidence)
    throw clarificationOf(interpretations([best!, ...others], index), best!.unread, index);
  return toParsed(plan, index, { confidence, read_by: "engine", alternatives: interpretations(others, index) });
}

/** Parses and checks a plan that the sender made. @throws Refusal that lists the plan's problems */
export function parsePlan(given: unknown, index: SchemaIndex): Parsed {
  return toParsed(planFrom(given, index), index, { confidence: 1, read_by: "sender", alternatives: [] });
}

/** The maximum number of problems in a message; more would not help the reader. */
const maxProblems = 20;

/** Checks the shape of a plan and that it fits the schema. @throws Refusal that lists the plan's problems */
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

/** Adds the reading and the statement to a plan that fits the schema. */
export function toParsed(
  plan: QueryPlan,
  { schema }: SchemaIndex,
  origin: Pick<Parsed, "confidence" | "read_by" | "alternatives">,
): Parsed {
  return {
    dialect: schema.dialect,
    plan,
    ...origin,
    reading: readingOf(plan, schema),
    statement: statementOf(plan, schema),
  };
}

/**
 * Builds the refusal that asks the person to choose one of the alternatives.
 * @param unread words that the engine skipped
 */
export function clarificationOf(
  alternatives: readonly Interpretation[],
  unread: readonly string[],
  index: SchemaIndex,
): Refusal {
  const words = unread.length > 0 ? ` I did not understand: ${unread.join(", ")}.` : "";
  const message =
    alternatives.length > 0
      ? "I am not sure what you mean. Which of these is it?"
      : "I did not understand the question.";
  return new Refusal(`${message}${words}`, {
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
    // Only the first of several plans with the same description is offered, since a person could not choose between
    // them.
    if (!read.has(reading)) read.set(reading, interpretation.parse({ plan, confidence, reading, read_by: "engine" }));
  }
  return [...read.values()];
}
