import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { statementOf, type Compiled } from "@chatdb/question-engine/compile/statement.ts";
import { readerOf, type Reader } from "@chatdb/ml-engine/questions/reader.ts";
import type { QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { parse } from "@chatdb/question-engine/parse.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";

/** What the engine makes of a question: a query, or the reason why it makes none. */
export type Answer =
  | ({ kind: "query"; reading: string; confidence: number } & Compiled)
  /** `reason` is the kind of refusal, the same for all that are alike; `message` is what the person reads; `offered` is what may have been meant. */
  | { kind: "refused"; reason: string; message: string; offered: Compiled[] }
  /** The engine failed: a defect, whatever the question. */
  | { kind: "failed"; message: string };

/** What is measured: makes, for the schema of a database, something that answers questions. */
export type Engine = typeof engineFor;

/**
 * The one place that knows how the engine under measurement is called.
 * @param now when the questions are asked; default: now
 * @param model what was learned from other questions; default: nothing
 * @returns what it makes of a question, and of the one `before` that it may follow up on
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

/** What was answered before; where the engine asked back, the first of what it offered is taken for what the person chose. */
function planBefore(question: string, index: SchemaIndex, now?: Date): QueryPlan {
  try {
    return parse(question, index, now).plan;
  } catch (error) {
    const [likeliest] = error instanceof Refusal ? error.alternatives : [];
    if (!likeliest) throw error;
    return queryPlan.parse(likeliest.plan);
  }
}

/** What can be run of an answer: the query, or those that are offered. */
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

/** The first sentence of the message without what it quotes. */
const reasonOf = (message: string) =>
  message
    .replaceAll(/"[^"]*"|“[^”]*”/g, "...")
    .replaceAll(/(\.\.\.(, | and | or )?)+/g, "... ")
    .split(/[.:;?] ?(?= |$)/)[0]!
    .trim();
