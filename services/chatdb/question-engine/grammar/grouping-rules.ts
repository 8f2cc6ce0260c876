import { kindOf } from "../column-kind.ts";
import { groupings, timely, timeUnits } from "../language/lexicon.ts";
import { labelOf } from "../linking/labels.ts";
import { attributesAt } from "./attributes.ts";
import type { Frame, Key } from "./frame.ts";
import type { Sentence } from "./sentence.ts";
import { type Rule, step, type Step, withTopicOf } from "./step.ts";

/** "per country", "for each category", "by status and country". */
export const grouping: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(groupings, at);
  const computed = frame.show.some(({ kind }) => kind === "measure");
  // "orders by status" counts, "stock by category" adds up; "top 5 by price" ranks.
  const bare =
    computed ||
    frame.groups.length > 0 ||
    (frame.show.length === 0 && frame.topics.length > 0) ||
    frame.show.length === 1;
  const by = !match && bare && !frame.rank && !frame.sorts && sentence.words[at] === "by" ? { end: at + 1 } : undefined;
  const from = match ?? by;
  if (!from) return [];
  const start = sentence.skip(sentence.articles(from.end), "different", "distinct", "type", "kind");
  const surprise = by ? (computed ? 0.2 : 0.3) : computed ? 0 : frame.show.length > 0 ? 1.2 : 0.1;
  return groupsAt(sentence, start, frame)
    .filter(({ frame: { groups } }) => !by || computed || groups.every(isCategory))
    .map(({ end, frame: next, cost }) => step(end, { ...next, mode: "condition" }, cost + surprise));
};

/** Whether a key can be grouped by: after a bare "by", a number is a sort key. */
const isCategory = (key: Key) =>
  key.kind !== "attribute" ||
  (key.attribute.kind === "name" &&
    key.attribute.name.columns.some(({ column, cost }) => cost < 0.3 && kindOf(column) === "text"));

/** "monthly revenue", "daily orders". */
export const periodical: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(timely, at);
  return match
    ? [step(match.end, { ...frame, groups: [...frame.groups, { kind: "period", unit: match.meaning, at }] }, 0.1)]
    : [];
};

/** "which year had the most orders", "in which month": groups by the period asked for. */
export const whichPeriod: Rule = (sentence, at, frame) => {
  const asked = ["which", "what"].includes(sentence.words[at - 1] ?? "");
  const unit = asked ? sentence.phrase(timeUnits, at) : undefined;
  return unit
    ? [step(unit.end, { ...frame, groups: [...frame.groups, { kind: "period", unit: unit.meaning, at }] }, 0.3)]
    : [];
};

function groupsAt(sentence: Sentence, at: number, frame: Frame): Step[] {
  return keysAt(sentence, at).flatMap(({ end, key, cost }): Step[] => {
    const next: Frame = {
      ...(key.kind === "attribute" ? withTopicOf(frame, key.attribute) : frame),
      groups: [...frame.groups, key],
    };
    const alone = step(end, next, cost);
    const and = sentence.skip(end, "and", ",", "each", "per", "for", "its", "their", "the");
    if (and === end || !["and", ","].includes(sentence.words[end] ?? "")) return [alone];
    // "for each country and city"; "for each department, show its name" is something else.
    const further = sentence.words[end] === "and" ? groupsAt(sentence, and, next) : [];
    return [alone, ...further.map((each) => ({ ...each, cost: each.cost + cost + 0.2 }))];
  });
}

function keysAt(sentence: Sentence, at: number): { end: number; key: Key; cost: number }[] {
  const attributes = attributesAt(sentence, at).map(({ end, attribute, cost }) => ({
    end,
    key: { kind: "attribute", attribute } as const,
    cost: cost + 0.05,
  }));
  const tables = sentence.tables(at).map((table) => ({
    end: table.end,
    key: { kind: "rows", table } as const,
    cost: Math.min(...table.tables.map((each) => each.cost + (labelOf(each.table) ? 0 : 0.5))) * 0.5,
  }));
  const unit = sentence.phrase(timeUnits, at);
  const periods = unit ? [{ end: unit.end, key: { kind: "period", unit: unit.meaning, at } as const, cost: 0.1 }] : [];
  return [...tables, ...attributes, ...periods];
}
