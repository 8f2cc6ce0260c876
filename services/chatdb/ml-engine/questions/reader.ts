import { defaultRanker, type Ranker } from "@chatdb/question-engine/ranking.ts";
import type { QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { Understanding } from "@chatdb/question-engine/understanding.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { minConfidence } from "@chatdb/question-engine/parse.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import type { Candidate } from "@chatdb/question-engine/ranking.ts";
import { understand } from "@chatdb/question-engine/understand.ts";
import { placesOf, unwatched, type Watch } from "../training/watch.ts";
import type { Example } from "./examples.ts";
import type { Judge } from "./judge.ts";

/** Maximum number of plans per question, the likeliest first. */
const maxPlans = 6;

/** What reads questions: schema, ranker and learned words. */
export interface Reader {
  index: SchemaIndex;
  ranker?: Ranker;
}

/** @param model the learned model; default: none */
export function readerOf(model: QuestionModel | undefined, index: SchemaIndex): Reader {
  const understanding = new Understanding(model);
  return { index: understanding.of(index), ranker: understanding.ranker };
}

/** Returns the candidates for a question, the likeliest first; empty if it is not understood. */
export function plansFor({ question, at }: Example, { index, ranker = defaultRanker }: Reader): Candidate[] {
  try {
    return understand(question, index, at, undefined, ranker).slice(0, maxPlans);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** The outcome of an example's question. */
export interface Fate {
  /** Whether it gets an answer instead of a clarification. */
  answered: boolean;
  /** Whether the likeliest plan is right; undefined if the example does not say. */
  right: boolean | undefined;
  likeliest: Candidate | undefined;
}

export async function fateOf(example: Example, reader: Reader, judge: Judge): Promise<Fate> {
  const [likeliest] = plansFor(example, reader);
  if (!likeliest) return { answered: false, right: false, likeliest };
  return {
    answered: likeliest.confidence >= minConfidence,
    right: await judge.isRight(example, likeliest.plan),
    likeliest,
  };
}

/**
 * Of examples that say what is right: the share that is answered rightly, the share that is answered, and how much of
 * that is right.
 */
export interface Figures {
  accuracy: number;
  coverage: number;
  /** 1 if nothing is answered. */
  precision: number;
}

export async function figuresOf(
  examples: readonly Example[],
  reader: Reader,
  judge: Judge,
  watch: Watch = unwatched,
): Promise<Figures> {
  let answered = 0;
  let right = 0;
  for (const place of placesOf(examples.length, watch, "answering held-out questions", 1)) {
    const fate = await fateOf(examples[place]!, reader, judge);
    answered += Number(fate.answered);
    right += Number(fate.answered && fate.right === true);
  }
  const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
  return {
    accuracy: share(right, examples.length),
    coverage: share(answered, examples.length),
    precision: share(right, answered),
  };
}
