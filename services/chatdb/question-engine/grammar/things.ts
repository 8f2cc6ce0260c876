import { choicesAt } from "./choices.ts";
import type { Frame, Predicate, TableMention } from "./frame.ts";
import type { Sentence } from "./sentence.ts";
import { withFilter } from "./step.ts";

/** A table, perhaps restricted by values before it: "orders", "shipped or delivered orders". */
export interface Thing {
  end: number;
  table: TableMention;
  values?: { at: number; predicate: Predicate };
  cost: number;
}

export function thingsAt(sentence: Sentence, at: number): Thing[] {
  const bare = sentence.tables(at).map((table): Thing => ({ end: table.end, table, cost: costOf(table) }));
  const narrowed = choicesAt(sentence, at, false).flatMap(({ end, predicate, cost }) =>
    sentence
      .tables(end)
      .map((table): Thing => ({ end: table.end, table, values: { at, predicate }, cost: cost + costOf(table) })),
  );
  return [...bare, ...narrowed, ...kindsAt(sentence, at)];
}

/** "toys" where Toys is a kind of products: the products of that kind. */
export function kindsAt(sentence: Sentence, at: number): Thing[] {
  return choicesAt(sentence, at, false).flatMap(({ end, predicate, cost }): Thing[] => {
    const [choice] = predicate.kind === "value" ? predicate.choices[0]!.values : [];
    const owner = choice && sentence.index.ownerOfKinds(choice);
    if (!owner || sentence.tables(end).length > 0) return [];
    const table = { at, end, words: sentence.textOf(at, end), plural: true, tables: [{ table: owner, cost: 0 }] };
    return [{ end, table, values: { at, predicate }, cost: cost + 0.2 }];
  });
}

/** Adds the condition that the values before a thing mean. */
export function withValuesOf(frame: Frame, { table, values }: Thing, sentence: Sentence): Frame {
  if (!values) return frame;
  return withFilter(
    { ...frame, denied: false },
    { kind: "attribute", predicate: values.predicate, of: table },
    { sentence, at: values.at, end: Math.max(values.at, table.at) },
  );
}

const costOf = ({ tables }: TableMention) => Math.min(...tables.map(({ cost }) => cost)) * 0.5;
