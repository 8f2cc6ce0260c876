import { kindOf } from "../column-kind.ts";
import { aggregates, degrees, money, onAverages } from "../language/lexicon.ts";
import { isKey } from "../linking/labels.ts";
import { attributesAt } from "./attributes.ts";
import type { Attribute, Item, Measure } from "./frame.ts";
import type { Sentence } from "./sentence.ts";
import { type Rule, step } from "./step.ts";

/** A measure for the average of an attribute. */
export const averageOf = (of: Attribute, at: number, end: number): Measure => ({
  kind: "measure",
  at,
  end,
  fn: "avg",
  of,
  distinct: false,
});

/** "on average": skipped here, since {@link Sentence.averages} holds it. */
export const onAverage: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(onAverages, at);
  return match ? [step(match.end, frame)] : [];
};

const costing = new Set(["cost", "costs", "costing"]);

/** "how old is ...", "how long are ... on average", "how much does ... cost". */
export const degree: Rule = (sentence, at, frame) => {
  if (sentence.words[at] !== "how" || frame.show.length > 0) return [];
  const costs = sentence.words[at + 1] === "much" && sentence.words.some((word) => costing.has(word));
  const match = costs ? { end: at + 2, meaning: money } : sentence.phrase(degrees, at + 1);
  if (!match) return [];
  const attribute: Attribute = { kind: "nouns", nouns: match.meaning, words: sentence.textOf(at, match.end), at };
  const from = sentence.skip(match.end, "is", "are", "was", "were", "does", "do", "did", "the", "a", "an", "in");
  const average = sentence.phrase(aggregates, from);
  const item: Item =
    sentence.averages || average?.meaning === "avg"
      ? averageOf(attribute, at, match.end)
      : { kind: "attribute", attribute };
  // "how large is the population" names the number itself.
  const named = average
    ? []
    : attributesAt(sentence, from).filter(({ attribute: { kind }, cost }) => kind === "name" && cost < 0.1);
  const itself = named.find(
    ({ attribute: each }) =>
      each.kind === "name" &&
      each.name.columns.some(({ table, column }) => kindOf(column) === "number" && !isKey(table, column)),
  );
  if (itself)
    return [
      step(
        itself.end,
        {
          ...frame,
          show: [
            sentence.averages
              ? averageOf(itself.attribute, at, itself.end)
              : { kind: "attribute", attribute: itself.attribute },
          ],
        },
        0.05,
      ),
    ];
  return [step(average?.meaning === "avg" ? average.end : from, { ...frame, show: [item] }, 0.1)];
};

/** "cost", after "how much" was read. */
export const cost: Rule = (sentence: Sentence, at, frame) =>
  costing.has(sentence.words[at] ?? "") &&
  sentence.words[0] === "how" &&
  sentence.words[1] === "much" &&
  frame.show.length === 1
    ? [step(at + 1, frame)]
    : [];
