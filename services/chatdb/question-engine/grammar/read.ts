import { functionWords, leads, negations, weightyWords, withouts } from "../language/lexicon.ts";
import { infinitive } from "../language/verbs.ts";
import { cost, degree, onAverage } from "./average-rules.ts";
import { Beam } from "./beam.ts";
import { alternative, both, denial, relative } from "./condition-words.ts";
import { emptyFrame, type Reading } from "./frame.ts";
import { grouping, periodical, whichPeriod } from "./grouping-rules.ts";
import { availability, howMuch, revenue, spending, spentMost } from "./revenue-rules.ts";
import {
  aboveAverage,
  amount,
  comparative,
  comparedWithRows,
  comparedColumn,
  further,
  having,
  quantity,
  yearsOld,
} from "./number-conditions.ts";
import {
  bareDirection,
  extreme,
  frequency,
  limiting,
  ordinal,
  qualityFirst,
  sorting,
  spanning,
  superlative,
  topOf,
} from "./ordering-rules.ts";
import {
  aggregate,
  all,
  count,
  distinct,
  fullName,
  kindOfThing,
  lead,
  members,
  projection,
  thing,
  topic,
  who,
  whoCost,
} from "./projection-rules.ts";
import type { Sentence } from "./sentence.ts";
import type { Rule } from "./step.ts";
import {
  columnCondition,
  containedIn,
  mostFrequent,
  namedThing,
  naming,
  numberedThing,
  timeCondition,
  valueCondition,
  without,
} from "./value-conditions.ts";
import { mostOften, relation, timesDone } from "./verb-rules.ts";

const rules: readonly Rule[] = [
  lead,
  count,
  aggregate,
  projection,
  fullName,
  all,
  who,
  topic,
  kindOfThing,
  thing,
  distinct,
  columnCondition,
  valueCondition,
  naming,
  namedThing,
  numberedThing,
  containedIn,
  alternative,
  further,
  comparative,
  timeCondition,
  quantity,
  amount,
  comparedColumn,
  comparedWithRows,
  mostFrequent,
  aboveAverage,
  without,
  denial,
  both,
  relative,
  sorting,
  qualityFirst,
  bareDirection,
  limiting,
  ordinal,
  superlative,
  extreme,
  frequency,
  grouping,
  periodical,
  whichPeriod,
  revenue,
  howMuch,
  spending,
  spentMost,
  availability,
  having,
  relation,
  mostOften,
  timesDone,
  onAverage,
  degree,
  cost,
  members,
  topOf,
  spanning,
  yearsOld,
];

/** The cost of correcting a misspelled word. */
const correctionCost = 0.4;

/** The costs of skipping a token, by its kind. */
const skipCosts = {
  number: 4,
  quoted: 4,
  weighty: 2.2,
  proper: 2,
  verb: 0.5,
  name: 1.8,
  word: 1.4,
  function: 0.02,
  lead: 0.3,
  deniedVerb: 0.2,
  deniedNothing: 2,
};

/**
 * Reads a question from left to right with a beam search and returns the readings, the likeliest first.
 * @param start the frame before the first word; default: an empty one
 */
export function readingsOf(sentence: Sentence, start = emptyFrame): Reading[] {
  const beam = new Beam();
  const beams: Reading[][] = Array.from({ length: sentence.tokens.length + 1 }, () => []);
  beams[0]!.push({ frame: start, cost: sentence.corrections.length * correctionCost, unread: [] });
  for (let at = 0; at < sentence.tokens.length; at++) {
    const skipped = skipCost(sentence, at);
    for (const reading of beam.best(beams[at]!)) {
      for (const rule of rules) {
        for (const { end, frame, cost } of rule(sentence, at, reading.frame)) {
          if (end > at) beams[end]!.push({ frame, cost: reading.cost + cost, unread: reading.unread });
        }
      }
      // Skipping the negated verb costs little, since the thing carries the meaning.
      const cost =
        reading.frame.denied && skipped < skipCosts.weighty ? Math.min(skipped, skipCosts.deniedVerb) : skipped;
      const unread = skipped >= skipCosts.word ? [...reading.unread, sentence.tokens[at]!.text] : reading.unread;
      beams[at + 1]!.push({ frame: reading.frame, cost: reading.cost + cost, unread });
    }
  }
  return beam.best(
    beams
      .at(-1)!
      .map((each) =>
        each.frame.denied
          ? { ...each, cost: each.cost + skipCosts.deniedNothing, unread: [...each.unread, ...negationIn(sentence)] }
          : each,
      ),
  );
}

/** The last negation of the question, for a reading in which it negates nothing. */
const negationIn = (sentence: Sentence) =>
  sentence.tokens
    .filter((_, at) => sentence.phrase<unknown>(negations, at) ?? sentence.phrase(withouts, at))
    .slice(-1)
    .map(({ text }) => text);

/** Words that a verb may follow. */
const subjects = new Set([
  "who",
  "that",
  "which",
  "have",
  "has",
  "had",
  "been",
  "is",
  "are",
  "was",
  "were",
  "do",
  "does",
  "did",
  "to",
  "they",
  "we",
  "he",
  "she",
  "it",
]);

/** Names of a higher cost are not certain to be meant. */
const certainCost = 0.2;

function skipCost(sentence: Sentence, at: number): number {
  const { kind, word } = sentence.tokens[at]!;
  if (kind === "mark") return 0;
  if (kind === "number" || kind === "date") return skipCosts.number;
  if (kind === "quoted") return skipCosts.quoted;
  if (weightyWords.has(word)) return skipCosts.weighty;
  // The first words of a question say what it asks for.
  if (at === 0 && sentence.phrase(leads, at)) return word === "who" ? whoCost(sentence) : skipCosts.lead;
  if (functionWords.has(word)) return skipCosts.function;
  if (sentence.properName(at)) return skipCosts.proper;
  const certain = ({ cost }: { cost: number }) => cost < certainCost;
  const named =
    sentence.tables(at).some(({ tables }) => tables.some(certain)) ||
    sentence.columns(at).some(({ columns }) => columns.some(certain)) ||
    sentence.values(at).some(({ values }) => values.some(certain));
  if (named) return skipCosts.name;
  const known = sentence.tables(at).length > 0 || sentence.columns(at).length > 0;
  const verb =
    /(ed|ing)$/.test(word) || (infinitive(word) !== undefined && !known) || subjects.has(sentence.words[at - 1] ?? "");
  return verb ? skipCosts.verb : skipCosts.word;
}
