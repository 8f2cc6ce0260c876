import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { statementOf, type Compiled } from "@chatdb/question-engine/compile/statement.ts";
import { readerOf, type Reader } from "@chatdb/ml-engine/questions/reader.ts";
import type { QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { parse } from "@chatdb/question-engine/parse.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";

/** The engine's answer to a question: a query, or the reason for having none. */
export type Answer =
  | ({ kind: "query"; reading: string; confidence: number } & Compiled)
  /**
   * `reason` is the kind of refusal, without the names that it quotes; `message` is the full text; `offered` contains
   * the alternatives' statements.
   */
  | { kind: "refused"; reason: string; message: string; offered: Compiled[] }
  /** The engine threw an unexpected error, which is a defect. */
  | { kind: "failed"; message: string };

/** The measured engine: a function that, for a schema, returns a function that answers questions. */
export type Engine = typeof engineFor;

/**
 * Adapts the question engine to the benchmark.
 * @param now the time of the questions; default: now
 * @param model what was learned from other questions; default: nothing
 * @returns a function that answers a question, optionally as a follow-up of the one in `before`
 */
export function engineFor(
  schema: DatabaseSchema,
  now?: Date,
  model?: QuestionModel,
): (question: string, before?: string) => Answer {
  const { index, ranker } = readerOf(model, new SchemaIndex(schema));
  return (question, before) => {
    try {
      return answerTo(question, { index, ranker }, now, before);
    } catch (error) {
      return { kind: "failed", message: (error as Error).message };
    }
  };
}

function answerTo(question: string, { index, ranker }: Reader, now?: Date, before?: string): Answer {
  try {
    const { plan, reading, confidence } = parse(
      question,
      index,
      now,
      before === undefined ? undefined : planBefore(before, index, now),
      ranker,
    );
    return { kind: "query", reading, confidence, ...statementOf(plan, index.schema) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const offered = error.alternatives.map(({ plan }) => statementOf(queryPlan.parse(plan), index.schema));
    return { kind: "refused", reason: reasonOf(error.message), message: error.message, offered };
  }
}

/**
 * Returns the plan of the previous question; after a clarification, the person is assumed to choose the first
 * alternative.
 */
function planBefore(question: string, index: SchemaIndex, now?: Date): QueryPlan {
  try {
    return parse(question, index, now).plan;
  } catch (error) {
    const [likeliest] = error instanceof Refusal ? error.alternatives : [];
    if (!likeliest) throw error;
    return queryPlan.parse(likeliest.plan);
  }
}

/** Lists the statements of an answer: the query, or the alternatives' ones. */
export function statementsOf(answer: Answer): Compiled[] {
  switch (answer.kind) {
    case "query":
      return [answer];
    case "refused":
      return answer.offered;
    case "failed":
      return [];
  }
}

/** Returns the first sentence of the message without the quoted words. */
const reasonOf = (message: string) =>
  message
    .replaceAll(/"[^"]*"|“[^”]*”/g, "...")
    .replaceAll(/(\.\.\.(, | and | or )?)+/g, "... ")
    .split(/[.:;?] ?(?= |$)/)[0]!
    .trim();
