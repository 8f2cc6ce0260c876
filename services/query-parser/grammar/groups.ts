import { groupings } from "../language/lexicon.ts";
import { labelOf } from "../linking/labels.ts";
import type { Frame, Key } from "./frame.ts";
import type { Sentence } from "./sentence.ts";
import { attributesAt, step, withTopicOf, type Rule, type Step } from "./step.ts";

/** "per country", "for each category", "by status and country". */
export const grouping: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(groupings, at);
  const computed = frame.show.some(({ kind }) => kind === "measure");
  const by = !said && computed && !frame.rank && sentence.words[at] === "by" ? { end: at + 1 } : undefined;
  const from = said ?? by;
  if (!from) return [];
  return groupsAt(sentence, sentence.skip(sentence.articles(from.end), "different", "distinct", "type", "kind"), frame).map(({ end, frame: next, cost }) => step(end, { ...next, mode: "condition" }, cost + (by ? 0.2 : computed ? 0 : frame.show.length > 0 ? 1.2 : 0.1)));
};

function groupsAt(sentence: Sentence, at: number, frame: Frame): Step[] {
  return keysAt(sentence, at).flatMap(({ end, key, cost }): Step[] => {
    const next: Frame = { ...(key.kind === "attribute" ? withTopicOf(frame, key.attribute) : frame), groups: [...frame.groups, key] };
    const alone = step(end, next, cost);
    const and = sentence.skip(end, "and", ",", "each", "per", "for", "its", "their", "the");
    if (and === end || !["and", ","].includes(sentence.words[end] ?? "")) return [alone];
    // "for each country and city"; "for each department, show its name" is something else.
    const further = sentence.words[end] === "and" ? groupsAt(sentence, and, next) : [];
    return [alone, ...further.map((each) => ({ ...each, cost: each.cost + cost + 0.2 }))];
  });
}

function keysAt(sentence: Sentence, at: number): { end: number; key: Key; cost: number }[] {
  const attributes = attributesAt(sentence, at).map(({ end, attribute, cost }) => ({ end, key: { kind: "attribute", attribute } as const, cost: cost + 0.05 }));
  const tables = sentence.tables(at).map((table) => ({ end: table.end, key: { kind: "rows", table } as const, cost: Math.min(...table.tables.map((each) => each.cost + (labelOf(each.table) ? 0 : 0.5))) * 0.5 }));
  return [...tables, ...attributes];
}
