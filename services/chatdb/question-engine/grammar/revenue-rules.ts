import { availabilities, comparators, revenues, spendings, stockNouns } from "../language/lexicon.ts";
import type { Frame, Measure } from "./frame.ts";
import type { Sentence } from "./sentence.ts";
import { attributeStep, type Rule, step } from "./step.ts";

const revenueAt = (sentence: Sentence, at: number, end: number): Measure => ({
  kind: "measure",
  at,
  end,
  fn: "sum",
  of: { kind: "revenue", words: sentence.textOf(at, end) },
  distinct: false,
});

/** Reads a measure of revenue: "revenue", "total sales". */
export function revenueMeasureAt(sentence: Sentence, at: number): { end: number; measure: Measure } | undefined {
  const match = sentence.phrase(revenues, sentence.articles(at));
  return match && { end: match.end, measure: revenueAt(sentence, at, match.end) };
}

const isRevenue = (measure: Measure) => measure.of?.kind === "revenue";

const hasRevenue = ({ show, orders }: Frame) =>
  show.some((item) => item.kind === "measure" && isRevenue(item)) ||
  orders.some(({ by }) => typeof by === "object" && by.kind === "measure" && isRevenue(by));

/** "revenue per country", "total sales". */
export const revenue: Rule = (sentence, at, frame) => {
  const found = revenueMeasureAt(sentence, at);
  return found ? [step(found.end, { ...frame, show: [...frame.show, found.measure] }, 0.15)] : [];
};

/** "how much did customers spend", "how much money did we make". */
export const howMuch: Rule = (sentence, at, frame) => {
  if (sentence.words[at] !== "how" || sentence.words[at + 1] !== "much") return [];
  if (!sentence.words.slice(at + 2).some((word) => spendings.has(word))) return [];
  const end = sentence.skip(at + 2, "money", "did", "do", "does", "have", "has", "we", "our", "they", "in", "total");
  return [step(end, { ...frame, show: [...frame.show, revenueAt(sentence, at, end)] }, 0.1)];
};

/** "spent", after revenue was read. */
export const spending: Rule = (sentence, at, frame) =>
  spendings.has(sentence.words[at] ?? "") && hasRevenue(frame)
    ? [step(sentence.skip(at + 1, "in", "on", "to", "for", "money", "total", "by"), frame, 0.05)]
    : [];

/** "spent the most", "brought in the most money": ranks by revenue. */
export const spentMost: Rule = (sentence, at, frame) => {
  if (!spendings.has(sentence.words[at] ?? "")) return [];
  const from = sentence.skip(at + 1, "in", "the", "us");
  const direction =
    sentence.words[from] === "most"
      ? ("desc" as const)
      : sentence.words[from] === "least"
        ? ("asc" as const)
        : undefined;
  if (!direction) return [];
  const end = sentence.skip(from + 1, "money", "in", "total", "overall");
  return [
    step(
      end,
      { ...frame, orders: [...frame.orders, { at, by: revenueAt(sentence, at, end), direction, picks: true }] },
      0.1,
    ),
  ];
};

/** "in stock", "sold out": compares the stock with zero. */
export const availability: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(availabilities, at);
  const counted = sentence.tokens[at - 1]?.kind === "number" || sentence.phrase(comparators, at - 2);
  if (!match || counted) return [];
  const attribute = { kind: "nouns" as const, nouns: stockNouns, words: sentence.textOf(at, match.end), at };
  return [
    attributeStep(
      frame,
      { attribute, predicate: { kind: "number", op: match.meaning, value: 0 } },
      { sentence, at, end: match.end },
      0.05,
    ),
  ];
};
