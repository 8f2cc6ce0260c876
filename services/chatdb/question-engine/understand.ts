import { understandNext } from "./conversation/understand-next.ts";
import { readingsOf } from "./grammar/read.ts";
import { Sentence } from "./grammar/sentence.ts";
import { root } from "./language/tokens.ts";
import type { SchemaIndex } from "./linking/schema-index.ts";
import type { QueryPlan } from "./plan/plan.ts";
import { problemsOf } from "./plan/validate.ts";
import { plansOf } from "./planning/planner.ts";
import { defaultRanker } from "./ranking/default-ranker.ts";
import type { Candidate, Evidence } from "./ranking/ranker.ts";
import { featuresOf, type Found } from "./ranking/features.ts";
import { QuestionWords } from "./ranking/question-words.ts";
import { Refusal } from "./refusal.ts";

/** The number of readings that become plans, the likeliest first. */
const maxReadings = 5;

/**
 * Returns the plans that a question may mean, the likeliest first.
 * @param before the plan of the previous question, which this one may continue; it fits the schema
 * @throws Refusal with the reason if no plan fits the schema
 */
export function understand(
  question: string,
  index: SchemaIndex,
  now = new Date(),
  before?: QueryPlan,
  ranker = defaultRanker,
): Candidate[] {
  const understandAlone = () => ranker.rank(candidatesFor(question, index, now));
  return before ? understandNext(question, before, index, now, understandAlone) : understandAlone();
}

/**
 * Returns the plans that a question may mean, unranked; all fit the schema.
 * @throws Refusal with the reason if there is none
 */
function candidatesFor(question: string, index: SchemaIndex, now: Date): Evidence[] {
  refuseToChange(question);
  const candidates = new Map<string, Found>();
  let refusal: Refusal | undefined;
  const sentence = new Sentence(question, index, now);
  const roots = new Set(sentence.tokens.map(({ stem }) => root(stem)));
  const readings = readingsOf(sentence).slice(0, maxReadings);
  for (const { frame, cost: reading, unread } of readings) {
    try {
      for (const planned of plansOf(frame, index, roots)) {
        if (problemsOf(planned.plan, index.schema).length > 0) continue;
        const key = JSON.stringify(planned.plan);
        const candidate = { ...planned, frame, reading, further: reading - readings[0]!.cost, unread };
        const known = candidates.get(key);
        if (!known || costOf(known) > costOf(candidate)) candidates.set(key, candidate);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
    }
  }
  if (candidates.size === 0)
    throw withWords(refusal ?? new Refusal("I did not understand the question."), readings[0]!.unread);
  const found = [...candidates.values()];
  const features = featuresOf(new QuestionWords(sentence), found);
  return found.map(({ plan, unread }, place) => ({ plan, unread, features: features[place]! }));
}

/** Adds the skipped words to a refusal. */
function withWords(refusal: Refusal, unread: readonly string[]): Refusal {
  const words = unread.filter((word) => !refusal.words.includes(word));
  return words.length === 0
    ? refusal
    : new Refusal(`${refusal.message} I did not understand: ${words.join(", ")}.`, {
        words: [...refusal.words, ...words],
        hints: refusal.hints,
      });
}

const costOf = ({ reading, naming, surprise }: Found) => reading + naming + surprise;

/** Refuses a request to change data, since no list of rows would answer it. @throws Refusal */
function refuseToChange(question: string): void {
  const verb =
    /^\s*(?:please\s+)?(delete|drop|update|insert|remove|truncate|alter|create(?! an? (?:list|report|overview))|grant|revoke|replace|merge|rename)\b/i.exec(
      question,
    )?.[1];
  if (verb)
    throw new Refusal(`I only read: nothing can be changed here, and I will not ${verb.toLowerCase()} anything.`, {
      words: [verb],
      final: true,
    });
}
