import { labelNouns } from "../language/lexicon.ts";
import { canHave } from "../linking/condition-columns.ts";
import type { Attribute, ColumnMention, Predicate } from "./frame.ts";
import type { Sentence } from "./sentence.ts";

/** Reads the columns named at a position, "name of the student" included. */
export function attributesAt(sentence: Sentence, at: number): { end: number; attribute: Attribute; cost: number }[] {
  return sentence.columns(at).flatMap((name) => {
    // "number of orders" is a count rather than a column.
    const counts = name.end === at + 1 && sentence.words[at] === "number" && sentence.words[name.end] === "of";
    const best = Math.min(...name.columns.map((each) => each.cost));
    // "orders" names the table rather than a part of `ordered_at`.
    const preferTable =
      best > 0.2 &&
      sentence.tables(at).some(({ end, tables }) => end >= name.end && tables.some((each) => each.cost < 0.1));
    const cost = best * 0.4 + (counts ? 0.8 : 0) + (preferTable ? 0.6 : 0);
    const found = [
      { end: name.end, attribute: { kind: "name" as const, name }, cost },
      ...columnsOfLabelNoun(sentence, name),
    ];
    if (name.of) return found;
    const after = sentence.skip(name.end, "of", "for", "from");
    if (after === name.end) return found;
    for (const of of sentence.tables(sentence.articles(after))) {
      const among = new Set(of.tables.map(({ table }) => table));
      if (name.columns.some(({ table }) => among.has(table))) {
        found.push({ end: of.end, attribute: { kind: "name" as const, name: { ...name, of } }, cost });
      }
    }
    return found;
  });
}

/** Reads "the names of the cities" where a city is a column: its values. */
function columnsOfLabelNoun(
  sentence: Sentence,
  { at, end }: ColumnMention,
): { end: number; attribute: Attribute; cost: number }[] {
  if (
    end !== at + 1 ||
    !labelNouns.includes(sentence.tokens[at]!.stem) ||
    !["of", "for"].includes(sentence.words[end] ?? "")
  )
    return [];
  const from = sentence.articles(end + 1);
  if (sentence.tables(from).some(({ tables }) => tables.some(({ cost }) => cost < 0.3))) return [];
  return sentence
    .columns(from)
    .map((name) => ({ end: name.end, attribute: { kind: "name" as const, name }, cost: 0.1 }));
}

export function attributeOf(nouns: readonly string[] | "time", words: string, at: number): Attribute {
  return nouns === "time" ? { kind: "time", words, at } : { kind: "nouns", nouns, words, at };
}

/** Narrows a name to the columns that fit a predicate, or returns undefined if none does. */
export function withFittingColumns(attribute: Attribute, predicate: Predicate): Attribute | undefined {
  if (attribute.kind !== "name") return attribute;
  const columns = attribute.name.columns.filter(canHave(predicate));
  return columns.length > 0 ? { ...attribute, name: { ...attribute.name, columns } } : undefined;
}
